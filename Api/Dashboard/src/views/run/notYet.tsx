import type { Run } from '../../api/types';
import { isOpen } from '../../logic/runs';

/** Said in the place of what needs a model, while the run has none. */
export function NotYet({ run }: { run: Run }) {
  return (
    <section class="card">
      <p role="status">{notYetWords(run)}</p>
    </section>
  );
}

/** When a run's model will be there. */
export function notYetWords(run: Run): string {
  if (!isOpen(run))
    return 'This run ended before it had kept anything that it learned, so there is nothing to see here.';
  const when = run.state === 'running' ? '' : run.state === 'paused' ? 'It is paused. ' : 'It waits for its turn. ';
  return `${when}This is here from its first checkpoint on, usually within half a minute of training; the page shows it by itself.`;
}
