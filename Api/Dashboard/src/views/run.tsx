import { useEffect, useState } from 'preact/hooks';
import { get, post, remove } from '../api/client';
import type { Run } from '../api/types';
import { Button, Confirm, Failure, Notice, State, TabPanel, Tabs } from '../components/basics';
import { useRun } from '../components/useRun';
import { count, duration, percent } from '../logic/formats';
import { accuracyWords, elapsed, headline, isOpen, progress } from '../logic/runs';
import { go, href, setQuery } from '../router';
import { Confusions } from './run/confusion';
import { Curves } from './run/curves';
import { Details } from './run/details';
import { TryIt } from './run/tryIt';
import { UseIt } from './run/useIt';

const tabs = [
  ['curves', 'Curves'],
  ['confusion', 'Confusion'],
  ['try', 'Try it'],
  ['use', 'Use it'],
  ['details', 'Details'],
] as const;

/** A run: how it goes, what it has learned, and what can be done with it. */
export function RunView({ id, query }: { id: string; query: URLSearchParams }) {
  const { value: run, error, again } = useRun(id);
  const chosen = tabs.find(([name]) => name === query.get('tab'))?.[0] ?? 'curves';
  useTitle(run);
  if (!run) return error ? <Failure error={error} /> : <p role="status">Loading…</p>;
  return (
    <>
      <section class="card">
        <div class="row between">
          <h1>{run.name}</h1>
          <State run={run} />
        </div>
        <p>{headline(run)}</p>
        <Progress run={run} />
        <p class="quiet">
          Dataset <a href={href(`datasets/${run.dataset}`)}>{run.dataset}</a>
          {run.preset ? `, preset ${run.preset}` : ''}
          {run.imagesPerSecond ? `, ${count(run.imagesPerSecond)} pictures per second` : ''}
        </p>
        <Actions run={run} onDone={again} />
        {run.state === 'failed' && run.failure?.code === 'non-finite-loss' && (
          <Notice kind="error">
            It diverged at iteration {count(run.failure.iteration ?? 0)}: use a smaller learning rate, or clip the
            gradients. <a href={href(`new?template=${run.id}`)}>Use it as a template</a>
          </Notice>
        )}
      </section>
      <Tabs names={tabs} chosen={chosen} label="Views of the run" onChoose={tab => setQuery({ tab })} />
      <TabPanel name={chosen}>
        {chosen === 'curves' && <Curves run={run} query={query} />}
        {chosen === 'confusion' && <Confusions run={run} query={query} />}
        {chosen === 'try' && <TryIt run={run} />}
        {chosen === 'use' && <UseIt run={run} />}
        {chosen === 'details' && <Details run={run} />}
      </TabPanel>
    </>
  );
}

// The tab's title tells the state: "62 % sign-digits".
function useTitle(run: Run | undefined): void {
  const title = !run
    ? ''
    : run.state === 'running'
      ? `${Math.floor(100 * progress(run))} % `
      : run.state === 'completed'
        ? '✓ '
        : run.state === 'failed'
          ? '✗ '
          : '';
  useEffect(() => {
    document.title = run ? `${title}${run.name}` : 'CnnService';
    return () => {
      document.title = 'CnnService';
    };
  }, [title, run?.name]);
}

function Progress({ run }: { run: Run }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (run.state !== 'running') return;
    const timer = setInterval(() => tick(n => n + 1), 1000);
    return () => clearInterval(timer);
  }, [run.state]);
  const time = elapsed(run);
  return (
    <div class="stack">
      <progress
        max={run.totalIterations}
        value={run.state === 'completed' ? run.totalIterations : run.iteration}
        aria-label="Iterations done"
      />
      <p class="quiet">
        Iteration {count(run.iteration)} of {count(run.totalIterations)}
        {time === undefined ? '' : `; ${duration(time)} since its start`}
        {run.secondsLeft ? `; ${duration(run.secondsLeft)} left` : ''}
        {run.bestValidationAccuracy === undefined || run.bestValidationAccuracy === null
          ? ''
          : `; best so far ${accuracyWords(run.bestValidationAccuracy, run.validationImages)}`}
        {run.trainAccuracy === undefined || run.trainAccuracy === null
          ? ''
          : `; ${percent(run.trainAccuracy)} on training pictures`}
      </p>
    </div>
  );
}

const questions = {
  cancel: {
    title: 'Cancel this run?',
    words: 'It ends after the iteration that it is in, and cannot go on. What it has learned best so far stays.',
    action: 'Cancel it',
  },
  delete: {
    title: 'Delete this run?',
    words: 'Its curves, its parameters and its events go. This cannot be taken back.',
    action: 'Delete it',
  },
};

function Actions({ run, onDone }: { run: Run; onDone: () => void }) {
  const [error, setError] = useState<unknown>();
  const [asked, setAsked] = useState<keyof typeof questions>();
  const act = async (work: () => Promise<unknown>) => {
    setError(undefined);
    try {
      await work();
      onDone();
    } catch (failed) {
      setError(failed);
    }
  };
  const answer = (yes: boolean) => {
    const what = asked;
    setAsked(undefined);
    if (!yes) return;
    if (what === 'cancel') void act(() => post(`api/runs/${run.id}/cancel`));
    if (what === 'delete') void act(() => remove(`api/runs/${run.id}`).then(() => go('')));
  };
  return (
    <div class="row">
      {(run.state === 'running' || run.state === 'queued') && (
        <Button onPress={() => void act(() => post(`api/runs/${run.id}/pause`))}>Pause</Button>
      )}
      {run.state === 'paused' && (
        <Button kind="primary" onPress={() => void act(() => post(`api/runs/${run.id}/resume`))}>
          Resume
        </Button>
      )}
      {isOpen(run) && <Button onPress={() => setAsked('cancel')}>Cancel</Button>}
      <a class="button" href={href(`new?template=${run.id}`)}>
        Use as template
      </a>
      {run.state !== 'running' && (
        <Button kind="danger" onPress={() => setAsked('delete')}>
          Delete
        </Button>
      )}
      <Failure error={error} />
      {asked && (
        <Confirm title={questions[asked].title} action={questions[asked].action} onAnswer={answer}>
          {questions[asked].words}
        </Confirm>
      )}
    </div>
  );
}

/** The parameters of a model are there after its first epoch. */
export const hasModel = (run: Run): boolean => run.bestIteration !== undefined && run.bestIteration !== null;

/** Asks the service for something of a run. */
export const ofRun = <T,>(run: Run, path: string, signal?: AbortSignal): Promise<T> =>
  get<T>(`api/runs/${run.id}/${path}`, signal);
