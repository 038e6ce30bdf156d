import { Failure } from '../components/basics';
import { useRuns } from '../components/useRuns';
import { filterOf, shown, summary } from '../logic/runList';
import { idsOf } from '../logic/selection';
import { href } from '../router';
import { Filters } from './runs/filters';
import { RunTable } from './runs/runTable';
import { Selection } from './runs/selection';
import { Start } from './start';

/** All runs: what waits, what trains, and what they have reached. */
export function Runs({ query }: { query: URLSearchParams }) {
  const { runs, error, again } = useRuns();
  if (!runs) return error ? <Failure error={error} /> : <p role="status">Loading…</p>;
  if (runs.length === 0) return <Start />;
  const filter = filterOf(query);
  const selected = new Set(idsOf(query.get('selected')));
  return (
    <>
      <section class="card">
        <div class="row between">
          <h1>Runs</h1>
          <a class="button primary" href={href(filter.dataset ? `new?dataset=${filter.dataset}` : 'new')}>
            New run
          </a>
        </div>
        <p>{summary(runs)}</p>
        <Failure error={error} />
        <Filters runs={runs} filter={filter} />
        <RunTable runs={shown(runs, filter)} sort={filter.sort} selected={selected} />
      </section>
      <Selection selected={runs.filter(run => selected.has(run.id))} onDeleted={again} />
    </>
  );
}
