import { useEffect, useState } from 'preact/hooks';
import { get, post, remove } from '../api/client';
import { live } from '../api/live';
import { keptReport } from '../api/reports';
import type { Dataset, Preflight } from '../api/types';
import { Button, Confirm, Failure, Notice } from '../components/basics';
import { isBuiltIn } from '../components/useDatasets';
import { useLoaded } from '../components/useLoaded';
import { time } from '../logic/formats';
import { datasetWords } from '../logic/split';
import { go, href } from '../router';
import { Classes } from './dataset/classes';
import { Report } from './dataset/report';

/** A dataset: what it holds, how a run divides it, and what is wrong with it. */
export function DatasetView({ name, query }: { name: string; query: URLSearchParams }) {
  const { value: dataset, error, again } = useLoaded<Dataset>(signal => get(datasetPath(name), signal), [name]);
  useEffect(() => {
    document.title = name;
    live.addEventListener('begun', again);
    return () => {
      document.title = 'CnnService';
      live.removeEventListener('begun', again);
    };
  }, [name]);
  if (!dataset)
    return error ? (
      <section class="card">
        <h1>{name}</h1>
        <Failure error={error} />
        <p>
          Go to <a href={href('datasets')}>the datasets</a>.
        </p>
      </section>
    ) : (
      <p role="status">Loading…</p>
    );
  const report = keptReport(dataset);
  return (
    <>
      <section class="card">
        <h1>
          {name}
          {isBuiltIn(dataset) && <span class="quiet"> built in</span>}
        </h1>
        <p>{datasetWords(dataset)}</p>
        <p class="quiet">
          {dataset.size}x{dataset.size} pixels, {dataset.channels === 1 ? 'grey' : 'colour'}
          {fittingWords(dataset)}; here since {time(dataset.createdAt)}
        </p>
        <Actions name={name} />
      </section>
      {report && <Report report={report} />}
      <Findings dataset={dataset} />
      <Classes dataset={dataset} query={query} />
    </>
  );
}

const datasetPath = (name: string) => `api/datasets/${encodeURIComponent(name)}`;

const ways = { none: '', squash: 'squashed', crop: 'cropped', pad: 'padded' };

function fittingWords({ fitting }: Dataset): string {
  const way = ways[fitting?.resize ?? 'none'];
  return way === '' ? '' : `; pictures of another size are ${way}`;
}

function Actions({ name }: { name: string }) {
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>();
  const answer = async (yes: boolean) => {
    setAsked(false);
    if (!yes) return;
    try {
      await remove(datasetPath(name));
      go('datasets');
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <div class="row">
      <a class="button primary" href={href(`new?dataset=${name}`)}>
        Train on it
      </a>
      <a class="button" href={href(`?dataset=${name}`)}>
        Its runs
      </a>
      <Button kind="danger" onPress={() => setAsked(true)}>
        Delete
      </Button>
      <Failure error={error} />
      {asked && (
        <Confirm title={`Delete ${name}?`} action="Delete it" onAnswer={yes => void answer(yes)}>
          Its pictures go, and this cannot be taken back. Runs that have ended stay and go on predicting, but their
          confusions and mistakes cannot be shown any more.
        </Confirm>
      )}
    </div>
  );
}

// The smallest network there is, so that the service looks at the pictures alone.
const smallest = { type: 'layers', layers: [{ type: 'affine' }] };

function Findings({ dataset }: { dataset: Dataset }) {
  const { value, error } = useLoaded(
    signal => post<Preflight>('api/runs/preflight', { dataset: dataset.name, model: smallest }, signal),
    [dataset.name],
  );
  const findings = value?.findings.filter(({ code }) => code !== 'first-loss') ?? [];
  return (
    <>
      <Failure error={error} />
      {findings.map(({ code, severity, detail, examples }) => (
        <Notice key={code} kind={severity === 'info' ? 'info' : 'warning'}>
          {detail}
          {examples && examples.length > 0 && <span class="quiet"> {examples.join('; ')}</span>}
        </Notice>
      ))}
    </>
  );
}
