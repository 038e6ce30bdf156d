import { useState } from 'preact/hooks';
import { post } from '../../../api/client';
import type { Preflight, Run } from '../../../api/types';
import { Button, Failure } from '../../../components/basics';
import { bytes, count } from '../../../logic/formats';
import { shapeWords } from '../../../logic/newRun';
import { layersOf, layerWords } from '../../../logic/specWords';

/** The network layer by layer. Shapes are asked for by a button, as the service makes the network anew to tell them. */
export function Layers({ run }: { run: Run }) {
  const [network, setNetwork] = useState<Preflight>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const look = async () => {
    setBusy(true);
    setError(undefined);
    try {
      setNetwork(await post<Preflight>('api/runs/preflight', run.spec));
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  const known = layersOf(run.spec.model).map(layerWords);
  const layers = network?.layers.map(({ type }, i) => known[i] ?? type) ?? known;
  return (
    <section class="card">
      <div class="row between">
        <h2>Layers</h2>
        {!network && (
          <Button off={busy && 'The service makes the network.'} onPress={() => void look()}>
            Show shapes and parameters
          </Button>
        )}
      </div>
      <Failure error={error} />
      {network && (
        <p>
          {count(network.parameters)} parameters; training takes {bytes(network.bytes)} of memory.
        </p>
      )}
      {layers.length > 0 && (
        <div class="scrolls">
          <table>
            <caption class="unseen">Layers</caption>
            <thead>
              <tr>
                <th scope="col" class="number">
                  Layer
                </th>
                <th scope="col">Kind</th>
                {network && <th scope="col">Output</th>}
                {network && (
                  <th scope="col" class="number">
                    Parameters
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {layers.map((words, i) => (
                <tr key={i}>
                  <td class="number">{i + 1}</td>
                  <td>{words}</td>
                  {network && <td>{shapeWords(network.layers[i]?.output ?? [])}</td>}
                  {network && <td class="number">{count(network.layers[i]?.parameters ?? 0)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
