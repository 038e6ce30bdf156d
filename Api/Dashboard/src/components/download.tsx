import { useState } from 'preact/hooks';
import { ask, key, root } from '../api/client';
import { save } from '../logic/save';
import { Button, Failure } from './basics';

/** A file of the service to keep. A link does it alone where no key is needed, which a link cannot send. */
export function Download({
  path,
  name,
  off,
  children,
}: {
  path: string;
  name: string;
  off?: string | false;
  children: string;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const load = async () => {
    setBusy(true);
    setError(undefined);
    try {
      save(name, await (await ask(path)).blob(), 'application/octet-stream');
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  if (!off && key.get() === '')
    return (
      <a class="button" href={root + path} download={name}>
        {children}
      </a>
    );
  return (
    <>
      <Button off={off || (busy && 'It is on its way.')} onPress={() => void load()}>
        {children}
      </Button>
      <Failure error={error} />
    </>
  );
}
