import type { Run } from '../api/types';
import { Failure, Notice } from '../components/basics';
import { useComparison } from '../components/useComparison';
import { lineStyles } from '../logic/lineStyle';
import { accuracyWords } from '../logic/runs';
import { idsOf, mostCompared } from '../logic/selection';
import { href } from '../router';
import { Classes } from './compare/classes';
import { ComparedCurves } from './compare/curves';
import { Differences } from './compare/differences';
import { Results } from './compare/results';

/** Some runs side by side: their curves, their results, and what differs between them. */
export function Compare({ query }: { query: URLSearchParams }) {
  const ids = idsOf(query.get('ids'));
  if (ids.length >= 2) return <Comparison ids={ids} query={query} />;
  return (
    <section class="card">
      <h1>Compare runs</h1>
      <p>
        Select 2 to {mostCompared} of <a href={href('')}>the runs</a>, and press Compare.
      </p>
    </section>
  );
}

function Comparison({ ids, query }: { ids: string[]; query: URLSearchParams }) {
  const { value, error } = useComparison(ids);
  if (!value)
    return error ? (
      <>
        <Failure error={error} />
        <p>
          Go to <a href={href('')}>the runs</a>, and select others.
        </p>
      </>
    ) : (
      <p role="status">Loading…</p>
    );
  const { runs } = value;
  const styles = lineStyles(ids);
  const hidden = new Set(idsOf(query.get('hidden')));
  return (
    <>
      <section class="card">
        <h1>Compare {runs.length} runs</h1>
        <p>{bestWords(runs)}</p>
        {new Set(runs.map(run => run.datasetSha256)).size > 1 && (
          <Notice kind="warning">
            They learned from different pictures, so their accuracies say little about each other.
          </Notice>
        )}
        <Results runs={runs} styles={styles} hidden={hidden} />
      </section>
      <ComparedCurves runs={runs} styles={styles} hidden={hidden} query={query} />
      <Differences comparison={value} styles={styles} />
      <Classes runs={runs} styles={styles} shown={query.has('classes')} />
    </>
  );
}

function bestWords(runs: readonly Run[]): string {
  const best = runs.toSorted((a, b) => (b.bestValidationAccuracy ?? -1) - (a.bestValidationAccuracy ?? -1))[0];
  if (typeof best?.bestValidationAccuracy !== 'number') return 'None of them has been measured yet.';
  return `Best so far: ${best.name}, with ${accuracyWords(best.bestValidationAccuracy, best.validationImages)}.`;
}
