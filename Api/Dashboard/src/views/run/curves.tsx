import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { root } from '../../api/client';
import type { Run, RunEvent } from '../../api/types';
import { Button, Failure, Notice } from '../../components/basics';
import { Chart } from '../../components/chart';
import { LossControls, lossView } from '../../components/lossControls';
import type { CurveState } from '../../components/useCurve';
import { csv } from '../../logic/csv';
import { count, loss, percent, setting } from '../../logic/formats';
import { limited } from '../../logic/range';
import { isOpen } from '../../logic/runs';
import { save } from '../../logic/save';
import { smooth } from '../../logic/smoothing';
import type { Points } from '../../logic/windows';
import { rangeOf, setQuery } from '../../router';
import { accuracyChart, epochColumns, lossChart } from './charts';

/** The loss of every iteration, and the accuracies and losses after each epoch, over the same iterations. */
export function Curves({ run, query, curve }: { run: Run; query: URLSearchParams; curve: CurveState }) {
  const { view, whole, error } = curve;
  const range = rangeOf(query);
  const { isLog, smoothing: weight } = lossView(query);
  const zoom = (chosen: [number, number] | undefined) =>
    setQuery(chosen ? limited(chosen, Math.max(whole.last, run.iteration)) : { from: undefined, to: undefined });

  const lossOptions = useMemo(
    () => lossChart(isLog, run.failure?.iteration ?? undefined),
    [isLog, run.failure?.iteration],
  );
  const lossData = useMemo<uPlot.AlignedData>(() => {
    const { iteration, min, max, mean } = view.points;
    const drawn = (values: number[]) =>
      values.map(value => (Number.isFinite(value) && (!isLog || value > 0) ? value : null));
    return [iteration, drawn(max), drawn(min), drawn(mean), drawn(smooth(mean, weight))];
  }, [view, weight, isLog]);
  const accuracyOptions = useMemo(accuracyChart, []);
  const accuracyData = useMemo<uPlot.AlignedData>(
    () => epochColumns(view.epochs, view.last),
    [view.epochs.length, view.epochs[0]],
  );

  const { mean } = view.points;
  if (error) return <Failure error={error} />;
  if (mean.length === 0)
    return (
      <section class="card">
        <p role="status">
          {isOpen(run) ? 'The curve begins with the first iteration.' : 'There is no iteration, so there is no curve.'}
        </p>
      </section>
    );
  const words = `Loss over iterations: ${loss(mean[0])} at first, ${loss(mean.at(-1))} at iteration ${count(view.last)}.`;
  const last = view.epochs.at(-1);
  return (
    <>
      <section class="card" data-iterations={whole.last} data-windows={mean.length}>
        <div class="row between">
          <h2>Loss</h2>
          <div class="row">
            {range && (
              <Button onPress={() => zoom(undefined)}>{isOpen(run) ? 'Live: follow the newest' : 'Show all'}</Button>
            )}
            <LossControls isLog={isLog} smoothing={weight} />
          </div>
        </div>
        <Chart options={lossOptions} data={lossData} range={range} label={words} onZoom={zoom} />
        <p class="quiet">
          Light: each window's smallest to largest loss, and its mean. Strong: smoothed. Drag to zoom, double-click for
          all; with the chart in focus, arrows, +, − and Home.
        </p>
        {run.failure?.iteration && (
          <Notice kind="error">
            The red line marks iteration {count(run.failure.iteration)}, where the loss was no finite number any more.
          </Notice>
        )}
      </section>
      <section class="card">
        <h2>Accuracy</h2>
        {last ? (
          <>
            <Chart
              options={accuracyOptions}
              data={accuracyData}
              range={range}
              label={`Accuracy over iterations: ${percent(last.trainAccuracy)} on training pictures and ${percent(last.validationAccuracy)} on held-out ones after epoch ${last.epoch}.`}
              onZoom={zoom}
            />
            <EpochTable epochs={view.epochs} />
          </>
        ) : (
          <p role="status">It is measured after each epoch; the first one is not over yet.</p>
        )}
      </section>
      <p class="row">
        <a class="button" href={`${root}api/runs/${run.id}/plot.png`} target="_blank" rel="noreferrer">
          As a picture
        </a>
        <Button onPress={() => save(`${run.name}.csv`, csv(table(view.points)))}>Numbers as CSV</Button>
        <a class="button" href={`${root}api/runs/${run.id}/report.html`} target="_blank" rel="noreferrer">
          Report in one file
        </a>
      </p>
    </>
  );
}

const table = ({ iteration, min, max, mean }: Points) => [
  ['iteration', 'min', 'max', 'mean'],
  ...iteration.map((first, i) => [first, min[i], max[i], mean[i]]),
];

// Written when it is opened: a run has thousands of epochs, and each new one would be compared with all.
function EpochTable({ epochs }: { epochs: readonly RunEvent[] }) {
  const [isOpened, setIsOpened] = useState(false);
  return (
    <details onToggle={event => setIsOpened(event.currentTarget.open)}>
      <summary>Numbers of each epoch</summary>
      {isOpened && <EpochRows epochs={epochs} />}
    </details>
  );
}

function EpochRows({ epochs }: { epochs: readonly RunEvent[] }) {
  return (
    <div class="scrolls">
      <table>
        <thead>
          <tr>
            {['Epoch', 'Iteration', 'Training', 'Held-out', 'Held-out loss', 'Learning rate'].map(words => (
              <th key={words} scope="col" class="number">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {epochs.toReversed().map(event => (
            <tr key={event.epoch}>
              <td class="number">{event.epoch}</td>
              <td class="number">{count(event.iteration as number)}</td>
              <td class="number">{percent(event.trainAccuracy)}</td>
              <td class="number">{percent(event.validationAccuracy)}</td>
              <td class="number">{loss(event.validationLoss)}</td>
              <td class="number">
                {event.learningRate === undefined || event.learningRate === null ? '–' : setting(event.learningRate)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
