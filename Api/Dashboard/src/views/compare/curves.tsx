import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import type { Curve, Run } from '../../api/types';
import { Button } from '../../components/basics';
import { accuracyAxis, Chart, color, iterationAxis, lossAxis } from '../../components/chart';
import { LossControls, lossView } from '../../components/lossControls';
import { useCurves } from '../../components/useCurves';
import { count, loss, percent } from '../../logic/formats';
import type { LineStyle } from '../../logic/lineStyle';
import { limited } from '../../logic/range';
import { smooth } from '../../logic/smoothing';
import { go, rangeOf, setQuery } from '../../router';
import { toggleHidden } from './results';

const points = 500;

/** The losses of runs over each other, and below them their accuracies on held-out pictures. */
export function ComparedCurves({
  runs,
  styles,
  hidden,
  query,
}: {
  runs: readonly Run[];
  styles: ReadonlyMap<string, LineStyle>;
  hidden: ReadonlySet<string>;
  query: URLSearchParams;
}) {
  const range = rangeOf(query);
  const curves = useCurves(runs, points, range);
  const { isLog, smoothing } = lossView(query);
  const last = Math.max(...runs.map(run => run.iteration));
  const zoom = (chosen: [number, number] | undefined) =>
    setQuery(chosen ? limited(chosen, last) : { from: undefined, to: undefined });

  const look = runs.map(run => `${run.id} ${hidden.has(run.id)}`).join();
  const lossOptions = useMemo(
    () => ({
      ...options(runs, styles, hidden, loss),
      height: 320,
      scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } } as uPlot.Scales,
      axes: [iterationAxis, lossAxis],
    }),
    [look, isLog],
  );
  const accuracyOptions = useMemo(
    () => ({
      ...options(runs, styles, hidden, percent),
      height: 260,
      scales: {
        x: { time: false },
        y: { range: (_, min) => [Math.max(0, Math.floor(10 * min) / 10), 1] },
      } as uPlot.Scales,
      axes: [iterationAxis, accuracyAxis],
    }),
    [look],
  );
  const drawn = (value: number) => (Number.isFinite(value) && (!isLog || value > 0) ? value : null);
  const lossData = useMemo(
    () => joined(runs, curves, last, ({ iterations, mean }) => [iterations, smooth(mean, smoothing).map(drawn)]),
    [curves, look, last, isLog, smoothing],
  );
  const accuracyData = useMemo(
    () =>
      joined(runs, curves, last, ({ epochs }) => [
        epochs.map(event => event.iteration as number),
        epochs.map(event => event.validationAccuracy ?? null),
      ]),
    [curves, look, last],
  );
  if (last === 0)
    return (
      <section class="card">
        <p role="status">The curves begin with the first iteration of a run.</p>
      </section>
    );
  const reached = (of: (run: Run) => string) => runs.map(run => `${run.name} ${of(run)}`).join(', ');
  return (
    <>
      <section class="card">
        <div class="row between">
          <h2>Loss</h2>
          <div class="row">
            {range && <Button onPress={() => zoom(undefined)}>Show all</Button>}
            <LossControls isLog={isLog} smoothing={smoothing} />
          </div>
        </div>
        <Chart
          options={lossOptions}
          data={lossData}
          range={range}
          label={`Loss over iterations; at last ${reached(run => loss(run.loss))}.`}
          onZoom={zoom}
        />
        <p class="quiet">A click on a line opens its run. Drag to zoom, double-click for all.</p>
      </section>
      <section class="card">
        <h2>Accuracy on held-out pictures</h2>
        <Chart
          options={accuracyOptions}
          data={accuracyData}
          range={range}
          label={`Accuracy over iterations; at best ${reached(run => percent(run.bestValidationAccuracy))}.`}
          onZoom={zoom}
        />
      </section>
    </>
  );
}

type Columns = [x: number[], y: (number | null)[]];

// All runs over the same iterations. The ends are added, so that both drawings have the same.
function joined(
  runs: readonly Run[],
  curves: ReadonlyMap<string, Curve>,
  last: number,
  columns: (curve: Curve) => Columns,
): uPlot.AlignedData {
  const tables = runs.map(run => {
    const curve = curves.get(run.id);
    return (curve ? columns(curve) : [[], []]) as uPlot.AlignedData;
  });
  const ends: uPlot.AlignedData = [
    [1, Math.max(2, last)],
    [null, null],
  ];
  return uPlot.join([...tables, ends]).slice(0, -1) as uPlot.AlignedData;
}

function options(
  runs: readonly Run[],
  styles: ReadonlyMap<string, LineStyle>,
  hidden: ReadonlySet<string>,
  words: (value: number | null) => string,
): Pick<uPlot.Options, 'cursor' | 'focus' | 'series' | 'hooks'> {
  let pointed: string | undefined;
  return {
    cursor: {
      sync: { key: 'compare' },
      drag: { x: true, y: false, setScale: false },
      focus: { prox: 10 },
      dataIdx: nearest,
    },
    focus: { alpha: 0.35 },
    series: [
      { label: 'iteration', value: (_, value) => (value === null ? '–' : count(value)) },
      ...runs.map((run): uPlot.Series => {
        const style = styles.get(run.id);
        return {
          label: run.name,
          show: !hidden.has(run.id),
          stroke: () => color(style?.color ?? 'accent'),
          width: 2,
          dash: [...(style?.dash ?? [])],
          value: (_, value) => words(value),
        };
      }),
    ],
    hooks: {
      ready: [plot => plot.over.addEventListener('click', () => pointed && go(`runs/${pointed}`))],
      setSeries: [
        (plot, i, { focus, show }: { focus?: boolean; show?: boolean }) => {
          const id = i === null ? undefined : runs[i - 1]?.id;
          if (show !== undefined && id) toggleHidden(hidden, id); // by the legend
          if (focus === undefined) return;
          pointed = id;
          plot.over.style.cursor = id ? 'pointer' : '';
        },
      ],
    },
  };
}

// The nearest value that a line has: the others' iterations are between its own.
function nearest(plot: uPlot, series: number, hovered: number): number {
  const values = plot.data[series];
  if (!values || series === 0 || typeof values[hovered] === 'number') return hovered;
  for (let away = 1; away < values.length; away++) {
    if (typeof values[hovered - away] === 'number') return hovered - away;
    if (typeof values[hovered + away] === 'number') return hovered + away;
  }
  return hovered;
}
