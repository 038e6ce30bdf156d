import type uPlot from 'uplot';
import type { RunEvent } from '../../api/types';
import { accuracyAxis, color, iterationAxis, lossAxis } from '../../components/chart';
import { count, loss, percent } from '../../logic/formats';

/** The accuracies of the epochs, column by column. */
export function epochColumns(epochs: readonly RunEvent[], last: number): uPlot.AlignedData {
  const column = (of: (event: RunEvent) => number | null | undefined) => [
    ...epochs.map(event => of(event) ?? null),
    null,
  ];
  // The last iteration, so that both charts have the same ends.
  return [
    [...epochs.map(event => event.iteration as number), Math.max(last, (epochs.at(-1)?.iteration ?? 0) + 1)],
    column(e => e.trainAccuracy),
    column(e => e.validationAccuracy),
  ];
}

/** The loss: windows from smallest to largest, their mean, and it smoothed; a red line where it was no finite number. */
export function lossChart(isLog: boolean, failed: number | undefined): Omit<uPlot.Options, 'width'> {
  return {
    height: 320,
    cursor: { sync: { key: 'run' }, drag: { x: true, y: false, setScale: false } },
    legend: { live: true },
    scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } },
    axes: [iterationAxis, lossAxis],
    bands: [{ series: [1, 2], fill: () => color('accent-soft') }],
    series: [
      { label: 'iteration', value: (_, value) => (value === null ? '–' : count(value)) },
      {
        label: 'largest',
        stroke: () => color('line'),
        width: 1,
        points: { show: false },
        value: (_, value) => loss(value),
      },
      {
        label: 'smallest',
        stroke: () => color('line'),
        width: 1,
        points: { show: false },
        value: (_, value) => loss(value),
      },
      {
        label: 'mean',
        stroke: () => color('quiet'),
        width: 1,
        points: { show: false },
        value: (_, value) => loss(value),
      },
      {
        label: 'smoothed',
        stroke: () => color('accent'),
        width: 2,
        points: { show: false },
        value: (_, value) => loss(value),
      },
    ],
    hooks: { draw: [plot => failed !== undefined && mark(plot, failed)] },
  };
}

function mark(plot: uPlot, iteration: number): void {
  const x = plot.valToPos(iteration, 'x', true);
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = color('bad');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, plot.bbox.top);
  ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** The accuracies after each epoch. */
export function accuracyChart(): Omit<uPlot.Options, 'width'> {
  return {
    height: 220,
    cursor: { sync: { key: 'run' }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: false }, y: { range: (_, min) => [Math.max(0, Math.floor(10 * min) / 10), 1] } },
    axes: [iterationAxis, accuracyAxis],
    series: [
      { label: 'iteration', value: (_, value) => (value === null ? '–' : count(value)) },
      {
        label: 'training pictures',
        stroke: () => color('quiet'),
        width: 2,
        dash: [6, 4],
        value: (_, value) => percent(value),
      },
      { label: 'held-out pictures', stroke: () => color('accent'), width: 2, value: (_, value) => percent(value) },
    ],
  };
}
