import { get } from '../api/client';
import type { Dataset, Page, Run } from '../api/types';
import { Failure, Notice } from '../components/basics';
import { useLoaded } from '../components/useLoaded';
import type { JsonObject, Schemas } from '../logic/schema';
import { href } from '../router';
import { Plan } from './newRun/plan';

/** What to train, how, and what that takes. */
export function NewRun({ query }: { query: URLSearchParams }) {
  const id = query.get('template') ?? '';
  const datasets = useLoaded<Page<Dataset>>(signal => get('api/datasets', signal), []);
  const description = useLoaded<{ components: { schemas: Schemas } }>(
    signal => get('swagger/v1/swagger.json', signal),
    [],
  );
  const template = useLoaded<Run | undefined>(
    signal => (id === '' ? Promise.resolve(undefined) : get(`api/runs/${encodeURIComponent(id)}`, signal)),
    [id],
  );
  const error = datasets.error ?? description.error;
  if (error) return <Failure error={error} />;
  const isRead = id === '' || template.error || template.value?.id === id;
  if (!datasets.value || !description.value || !isRead) return <p role="status">Loading…</p>;
  if (datasets.value.items.length === 0)
    return (
      <section class="card">
        <h1>New run</h1>
        <p>There are no pictures yet to train on.</p>
        <div class="row">
          <a class="button primary" href={href('datasets')}>
            Add a dataset
          </a>
        </div>
      </section>
    );
  const from = id === '' ? undefined : template.value;
  return (
    <>
      {template.error ? (
        <Notice kind="warning">The run to take as a template cannot be read, so this begins without it.</Notice>
      ) : null}
      <Plan
        key={from?.id}
        from={from}
        template={(from?.spec ?? {}) as unknown as JsonObject}
        datasets={datasets.value.items}
        schemas={description.value.components.schemas}
        query={query}
      />
    </>
  );
}
