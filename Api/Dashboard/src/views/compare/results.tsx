import type { Run } from '../../api/types';
import { State } from '../../components/basics';
import { count, loss, percent } from '../../logic/formats';
import type { LineStyle } from '../../logic/lineStyle';
import { timeWords } from '../../logic/runList';
import { accuracyWords } from '../../logic/runs';
import { toggled } from '../../logic/selection';
import { setQuery } from '../../router';
import { RunName } from './runName';

/** Hides a run's lines, or shows them again; those of the others stay as they are. */
export const toggleHidden = (hidden: ReadonlySet<string>, id: string): void =>
  setQuery({ hidden: toggled([...hidden], id).join(',') });

/** What each run has reached, and whether its lines are shown. */
export function Results({
  runs,
  styles,
  hidden,
}: {
  runs: readonly Run[];
  styles: ReadonlyMap<string, LineStyle>;
  hidden: ReadonlySet<string>;
}) {
  return (
    <div class="scrolls">
      <table class="results">
        <caption class="unseen">Results</caption>
        <thead>
          <tr>
            <th scope="col">Lines</th>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col">Best accuracy</th>
            <th scope="col" class="number">
              Test part
            </th>
            <th scope="col" class="number">
              Last loss
            </th>
            <th scope="col" class="number">
              Iterations
            </th>
            <th scope="col" class="number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map(run => (
            <tr key={run.id}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Show the lines of ${run.name}`}
                  checked={!hidden.has(run.id)}
                  onChange={() => toggleHidden(hidden, run.id)}
                />
              </td>
              <th scope="row">
                <RunName run={run} style={styles.get(run.id)} />
              </th>
              <td>
                <State run={run} />
              </td>
              <td>
                <div class="words">{accuracyWords(run.bestValidationAccuracy, run.validationImages)}</div>
              </td>
              <td class="number">{percent(run.testAccuracy)}</td>
              <td class="number">{loss(run.loss)}</td>
              <td class="number">
                {count(run.iteration)} of {count(run.totalIterations)}
              </td>
              <td class="number">{timeWords(run)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
