import { Problem } from '../../../api/client';
import type { Run } from '../../../api/types';
import { Failure } from '../../../components/basics';
import { usePictureUrl } from '../../../components/picture';
import { hasModel } from '../../../logic/runs';

/** What the first convolution looks for. */
export function Filters({ run }: { run: Run }) {
  return (
    <section class="card">
      <h2>First filters</h2>
      {hasModel(run) ? <Sheet key={run.bestIteration} run={run} /> : <p>They are there after the first epoch.</p>}
    </section>
  );
}

function Sheet({ run }: { run: Run }) {
  const { url, error } = usePictureUrl(`api/runs/${run.id}/filters.png`);
  if (error instanceof Problem && error.status === 409) return <p>{error.detail}</p>;
  if (error) return <Failure error={error} />;
  return (
    <>
      <p class="quiet">The patterns that the first layer looks for, each stretched from black to white.</p>
      {url && <img class="pixels filters" src={url} alt="The first filters, side by side" />}
    </>
  );
}
