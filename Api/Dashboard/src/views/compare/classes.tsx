import { ofRun } from '../../api/runs';
import type { Confusion, Run } from '../../api/types';
import { Button, Failure } from '../../components/basics';
import { useLoaded } from '../../components/useLoaded';
import { type ClassResult, classResults, shareWords } from '../../logic/confusion';
import type { LineStyle } from '../../logic/lineStyle';
import { hasModel } from '../../logic/runs';
import { setQuery } from '../../router';
import { RunName } from './runName';

/** How well each run knows each class; it is measured when it is asked for. */
export function Classes({
  runs,
  styles,
  shown,
}: {
  runs: readonly Run[];
  styles: ReadonlyMap<string, LineStyle>;
  shown: boolean;
}) {
  const measured = runs.filter(hasModel);
  return (
    <section class="card">
      <div class="row between">
        <h2>Accuracy per class</h2>
        <Button
          off={measured.length === 0 && 'It is there after the first epoch of a run.'}
          aria-pressed={shown}
          onPress={() => setQuery({ classes: shown ? undefined : 'shown' })}
        >
          {shown ? 'Hide' : 'Show'}
        </Button>
      </div>
      {shown && measured.length > 0 && <ClassTable runs={measured} styles={styles} />}
    </section>
  );
}

function ClassTable({ runs, styles }: { runs: readonly Run[]; styles: ReadonlyMap<string, LineStyle> }) {
  const { value } = useLoaded(
    signal => Promise.allSettled(runs.map(run => ofRun<Confusion>(run, 'confusion', signal))),
    [runs.map(run => `${run.id} ${run.bestIteration}`).join()],
  );
  if (!value) return <p role="status">Measuring…</p>;
  const columns = value.map(told =>
    told.status === 'fulfilled' ? new Map(classResults(told.value).map(of => [of.label, of])) : undefined,
  );
  const labels = [...new Set(columns.flatMap(column => [...(column?.keys() ?? [])]))];
  return (
    <>
      {value.map((told, i) =>
        told.status === 'rejected' ? (
          <div key={runs[i]?.id}>
            {runs[i]?.name}: <Failure error={told.reason} />
          </div>
        ) : null,
      )}
      {labels.length > 0 && (
        <div class="scrolls">
          <table class="results">
            <caption class="quiet">The share of a class's held-out pictures that is known; the best is bold.</caption>
            <thead>
              <tr>
                <th scope="col">Class</th>
                {runs.map(run => (
                  <th key={run.id} scope="col" class="number">
                    <RunName run={run} style={styles.get(run.id)} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {labels.map(label => (
                <ClassRow key={label} label={label} cells={columns.map(column => column?.get(label))} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function ClassRow({ label, cells }: { label: string; cells: readonly (ClassResult | undefined)[] }) {
  const shares = cells.map(cell => (cell?.pictures ? cell.right / cell.pictures : -1));
  const best = Math.max(...shares);
  const differ = Math.min(...shares) < best;
  return (
    <tr>
      <th scope="row">{label}</th>
      {cells.map((cell, i) => {
        const words = cell ? shareWords(cell.right, cell.pictures) : '–';
        return (
          <td key={i} class="number">
            {differ && shares[i] === best ? <strong>{words}</strong> : words}
          </td>
        );
      })}
    </tr>
  );
}
