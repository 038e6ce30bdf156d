import { useState } from 'preact/hooks';
import { post } from '../api/client';
import type { Run } from '../api/types';
import { Button, Failure } from '../components/basics';
import { DropZone } from '../components/dropZone';
import { isBuiltIn, useDatasets } from '../components/useDatasets';
import { go, href } from '../router';

const offered = 3;

/** The first view, while there is no run: pictures, train, try; and the built-in dataset to watch. */
export function Start() {
  const { value: datasets } = useDatasets();
  const own = (datasets ?? [])
    .filter(dataset => !isBuiltIn(dataset))
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, offered);
  return (
    <>
      <section class="stack">
        <h1>Teach a network your pictures</h1>
        <p>Three steps, a few minutes, nothing to learn.</p>
      </section>
      <ol class="cards steps">
        <li class="card">
          <h2>Pictures</h2>
          <DropZone taken={datasets?.map(({ name }) => name) ?? []} />
        </li>
        <li class="card">
          <h2>Train</h2>
          <p>Take a recipe, and watch it learn.</p>
          {datasets && own.length === 0 && <p class="quiet">It can begin when your pictures are there.</p>}
          {own.map(({ name }) => (
            <div key={name}>
              <a class="button" href={href(`new?dataset=${name}`)}>
                Train on {name}
              </a>
            </div>
          ))}
        </li>
        <li class="card">
          <h2>Try</h2>
          <p>Drop a picture that it has not seen, and take the network into your own program.</p>
        </li>
      </ol>
      <Watch />
    </>
  );
}

const watched = { dataset: 'shapes', preset: 'small', epochs: 15 };

function Watch() {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const run = await post<Run>('api/runs', watched);
      go(`runs/${run.id}`);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return (
    <section class="card">
      <p>No pictures at hand? The service brings some, of ten shapes.</p>
      <div class="row">
        <Button off={busy && 'It begins.'} onPress={() => void start()}>
          Watch it learn shapes
        </Button>
      </div>
      <Failure error={error} />
    </section>
  );
}
