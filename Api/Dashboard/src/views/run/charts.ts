import type uPlot from 'uplot';
import type { RunEvent } from '../../api/types';
import { accuracyAxis, color, iterationAxis, lossAxis } from '../../components/chart';
import { count, loss, percent } from '../../logic/formats';
import { unbroken } from '../../logic/unbroken';

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
    series: [
      { label: 'iteration', value: (_, value) => (value === null ? '–' : count(value)) },
      { ...edge, label: 'largest' },
      { ...edge, label: 'smallest' },
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
    hooks: { drawAxes: [fillBand], draw: [plot => failed !== undefined && mark(plot, failed)] },
  };
}

// An edge of the band: it has a number in the legend, and no line of its own.
const edge: uPlot.Series = {
  stroke: () => color('quiet'),
  fill: () => color('accent-soft'),
  paths: () => null,
  points: { show: false },
  value: (_, value) => loss(value),
};

// Between the largest and the smallest loss of each window, as one polygon: uPlot's own bands are cut out by a clip, which takes the browser longer
// than everything else in the chart.
function fillBand(plot: uPlot): void {
  if (plot.series[1]?.show === false || plot.series[2]?.show === false) return; // hidden by the legend
  const [x, largest, smallest] = plot.data as [number[], (number | null)[], (number | null)[]];
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = color('accent-soft');
  ctx.beginPath();
  for (const [from, to] of unbroken(largest, smallest)) {
    for (let i = from; i < to; i++) ctx.lineTo(...at(i, largest));
    for (let i = to - 1; i >= from; i--) ctx.lineTo(...at(i, smallest));
    ctx.closePath();
  }
  ctx.fill();
  ctx.restore();

  function at(i: number, values: (number | null)[]): [number, number] {
    return [plot.valToPos(x[i] as number, 'x', true), plot.valToPos(values[i] as number, 'y', true)];
  }
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
