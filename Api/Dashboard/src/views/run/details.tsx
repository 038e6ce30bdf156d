import type { ComponentChildren } from 'preact';
import type { Run } from '../../api/types';
import { Copyable } from '../../components/basics';
import { count, duration, time } from '../../logic/formats';
import { elapsed } from '../../logic/runs';
import { factGroups } from '../../logic/specWords';
import { href } from '../../router';
import { Events } from './details/events';
import { Filters } from './details/filters';
import { Layers } from './details/layers';
import { ParameterFiles } from './parameters';

/** All that is known of a run, for those who want to repeat it or to check it. */
export function Details({ run }: { run: Run }) {
  return (
    <>
      <div class="cards">
        <section class="card">
          <h2>Run</h2>
          <Facts
            facts={[
              ['Id', <code key="id">{run.id}</code>],
              ['Seed', `${run.seed}`],
              ['Created', time(run.createdAt)],
              ['Started', time(run.startedAt)],
              ['Ended', time(run.endedAt)],
              [run.endedAt ? 'Took' : 'Since its start', duration(elapsed(run))],
              ['Attempts', count(run.attempts)],
              ['Iterations', `${count(run.iteration)} of ${count(run.totalIterations)}`],
              ['Best iteration', run.bestIteration ? count(run.bestIteration) : '–'],
            ]}
          />
        </section>
        <section class="card">
          <h2>Pictures and parameters</h2>
          <Facts
            facts={[
              [
                'Dataset',
                <a key="dataset" href={href(`datasets/${run.dataset}`)}>
                  {run.dataset}
                </a>,
              ],
              ['Dataset’s SHA-256', <code key="sha">{run.datasetSha256}</code>],
              ['Picture size', `${run.size} × ${run.size} pixels`],
              ['Held-out pictures', run.validationImages ? count(run.validationImages) : '–'],
              ['Parameters’ SHA-256', run.parametersSha256 ? <code key="sha">{run.parametersSha256}</code> : '–'],
            ]}
          />
          <ParameterFiles run={run} />
        </section>
      </div>
      <Events run={run} />
      <section class="card">
        <h2>What was asked for</h2>
        <div class="cards">
          {factGroups(run.spec).map(({ title, facts }) => (
            <div key={title} class="stack tight">
              <h3>{title}</h3>
              <Facts facts={facts} />
            </div>
          ))}
        </div>
        <details>
          <summary>As JSON</summary>
          <Copyable text={JSON.stringify(run.spec, null, 2)} label="The spec as JSON" />
        </details>
      </section>
      <Layers run={run} />
      <Filters run={run} />
    </>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt key={name}>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
