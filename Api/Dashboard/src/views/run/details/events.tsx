import { ofRun } from '../../../api/runs';
import type { Run, RunEventPage } from '../../../api/types';
import { Failure, stateWords } from '../../../components/basics';
import { useLoaded } from '../../../components/useLoaded';
import { moment } from '../../../logic/formats';
import { stateEvents } from '../../../logic/stateEvents';

/** When the run has changed its state. */
export function Events({ run }: { run: Run }) {
  const { value, error } = useLoaded(
    signal =>
      stateEvents(
        (after, limit) =>
          ofRun<RunEventPage>(run, `events?after=${after}&limit=${limit}`, signal).then(page => page.items),
        run.iteration,
        run.epoch,
      ),
    [run.id, run.state, run.attempts],
  );
  return (
    <section class="card">
      <h2>What happened</h2>
      <Failure error={error} />
      {!value && !error && <p role="status">Loading…</p>}
      <ol class="plain-list">
        {value?.map(event => (
          <li key={event.sequence}>
            <span class="quiet">{moment(event.at)}</span>{' '}
            <span class={`state ${event.state}`}>{event.state && stateWords[event.state]}</span>
          </li>
        ))}
      </ol>
      {run.failure && <p>{run.failure.message}</p>}
    </section>
  );
}
