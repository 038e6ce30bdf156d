import type { RunComparison } from '../../api/types';
import { differences } from '../../logic/differences';
import type { LineStyle } from '../../logic/lineStyle';
import { RunName } from './runName';

/** What was asked for that is not the same in all runs, and nothing else. */
export function Differences({
  comparison,
  styles,
}: {
  comparison: RunComparison;
  styles: ReadonlyMap<string, LineStyle>;
}) {
  const columns = differences(comparison);
  return (
    <section class="card">
      <h2>What differs</h2>
      {columns.length === 0 ? (
        <p>Nothing but their names: all were asked for the same.</p>
      ) : (
        <div class="scrolls">
          <table class="results">
            <caption class="unseen">What differs between the runs</caption>
            <thead>
              <tr>
                <th scope="col">Run</th>
                {columns.map(({ field, head }) => (
                  <th key={field} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {comparison.runs.map((run, i) => (
                <tr key={run.id}>
                  <th scope="row">
                    <RunName run={run} style={styles.get(run.id)} />
                  </th>
                  {columns.map(({ field, values }) => (
                    <td key={field}>
                      <div class="words">{values[i]}</div>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
