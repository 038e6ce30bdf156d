import { useState } from 'preact/hooks';
import { get, key, Problem } from '../api/client';
import { Button, Failure, Field } from '../components/basics';

/** Asks for the key that the service was given; it is kept until the browser's session ends. */
export function SignIn({ onDone }: { onDone: () => void }) {
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState<string[]>();
  const [error, setError] = useState<unknown>();
  const enter = async (event: Event) => {
    event.preventDefault();
    key.set(value);
    try {
      await get('api/datasets?limit=1');
      onDone();
    } catch (failed) {
      const refused = failed instanceof Problem && failed.status === 401;
      setWrong(refused ? ['This is not the key of the service.'] : undefined);
      setError(refused ? undefined : failed);
    }
  };
  return (
    <form class="card" onSubmit={event => void enter(event)}>
      <h1>This service asks for a key</h1>
      <Field label="Key" hint="The setting Security:ApiKey of the service; ask who runs it." wrong={wrong}>
        {attributes => (
          <input
            {...attributes}
            type="password"
            autocomplete="current-password"
            value={value}
            onInput={event => setValue(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="row">
        <Button type="submit" kind="primary" off={value === '' && 'Type the key first.'}>
          Enter
        </Button>
      </div>
      <Failure error={error} />
    </form>
  );
}
