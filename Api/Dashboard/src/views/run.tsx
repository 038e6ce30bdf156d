import { useRef } from 'preact/hooks';
import { Failure, Notice, State, TabPanel, Tabs } from '../components/basics';
import { useCurve } from '../components/useCurve';
import { useRun } from '../components/useRun';
import { useTitle } from '../components/useTitle';
import { count } from '../logic/formats';
import { href, rangeOf, setQuery } from '../router';
import { Actions } from './run/actions';
import { Confusions } from './run/confusion';
import { Curves } from './run/curves';
import { Details } from './run/details';
import { Progress } from './run/progress';
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
  const opened = useRef<number>(undefined);
  opened.current ??= run?.iteration;
  const curve = useCurve(id, opened.current, rangeOf(query));
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
        <Progress run={run} curve={curve.whole} />
        <p class="quiet">
          Dataset <a href={href(`datasets/${run.dataset}`)}>{run.dataset}</a>
          {run.preset ? `, preset ${run.preset}` : ''}
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
        {chosen === 'curves' && <Curves run={run} query={query} curve={curve} />}
        {chosen === 'confusion' && <Confusions run={run} query={query} />}
        {chosen === 'try' && <TryIt run={run} />}
        {chosen === 'use' && <UseIt run={run} />}
        {chosen === 'details' && <Details run={run} />}
      </TabPanel>
    </>
  );
}
