import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { count, loss } from '../logic/formats';

const dark = matchMedia('(prefers-color-scheme: dark)');
const colors = new Map<string, string>(); // asking the browser makes it lay out the page, which each drawing would do ten times
dark.addEventListener('change', () => colors.clear());

/** A colour of the design, as it is in the present mode. */
export function color(name: string): string {
  const known = colors.get(name);
  if (known !== undefined) return known;
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  colors.set(name, value);
  return value;
}

/** The axes' look. */
export const axis = (label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis => ({
  label,
  labelSize: 22,
  labelFont: '12px system-ui, sans-serif',
  font: '12px system-ui, sans-serif',
  stroke: () => color('quiet'),
  grid: { stroke: () => color('line'), width: 1 },
  ticks: { stroke: () => color('line'), width: 1 },
  ...more,
});

/** Whole iterations along the x axis. */
export const iterationAxis = axis('iteration', {
  values: (_, ticks) => ticks.map(tick => (Number.isInteger(tick) ? count(tick) : '')),
});

/** Losses along the y axis. */
export const lossAxis = axis('loss', { size: 60, values: (_, ticks) => ticks.map(loss) });

/** Shares of pictures along the y axis. */
export const accuracyAxis = axis('accuracy', {
  size: 60,
  values: (_, ticks) => ticks.map(tick => `${Math.round(100 * tick)} %`),
});

/**
 * A drawing of uPlot that fills its column and is drawn at most once a frame, and not while it is out of sight.
 *
 * @param options - Everything but the width; the drawing is made anew when they change.
 * @param range - The x values at the ends; undefined shows all.
 * @param onZoom - Called with the range that was chosen by pointer, wheel or keys; undefined for all.
 */
export function Chart({
  options,
  data,
  range,
  label,
  onZoom,
}: {
  options: Omit<uPlot.Options, 'width'>;
  data: uPlot.AlignedData;
  range?: readonly [number, number] | undefined;
  label: string;
  onZoom?: (range: [number, number] | undefined) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ data, range, onZoom });
  latest.current = { data, range, onZoom };
  const visible = useRef(true);
  const draw = useRef(() => {});

  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const made = new uPlot(
      {
        ...options,
        width: Math.max(200, element.clientWidth),
        hooks: { ...options.hooks, setSelect: [self => zoomTo(self, latest.current.onZoom)] },
      },
      latest.current.data,
      element,
    );
    plot.current = made;
    let waiting = 0;
    draw.current = () => {
      if (waiting !== 0 || !visible.current) return;
      waiting = requestAnimationFrame(() => {
        waiting = 0;
        made.setData(latest.current.data, false);
        const [min, max] = latest.current.range ?? ends(latest.current.data);
        made.setScale('x', { min, max });
      });
    };
    draw.current();
    const resized = new ResizeObserver(() =>
      made.setSize({ width: Math.max(200, element.clientWidth), height: options.height }),
    );
    resized.observe(element);
    const seen = new IntersectionObserver(entries => {
      visible.current = entries.at(-1)?.isIntersecting ?? true;
      draw.current();
    });
    seen.observe(element);
    const recolor = () => made.redraw(false, true);
    dark.addEventListener('change', recolor);
    const wheel = (event: WheelEvent) => {
      if (!latest.current.onZoom || !(event.ctrlKey || event.shiftKey || latest.current.range)) return;
      event.preventDefault();
      const at = made.posToVal(event.clientX - made.over.getBoundingClientRect().left, 'x');
      latest.current.onZoom(scaled(span(made), at, event.deltaY > 0 ? 1.25 : 0.8));
    };
    made.over.addEventListener('wheel', wheel, { passive: false });
    const all = () => latest.current.onZoom?.(undefined);
    made.over.addEventListener('dblclick', all);
    return () => {
      cancelAnimationFrame(waiting);
      dark.removeEventListener('change', recolor);
      resized.disconnect();
      seen.disconnect();
      made.destroy();
    };
  }, [options]);

  useEffect(() => draw.current(), [data, range]);

  const keys = (event: KeyboardEvent) => {
    const made = plot.current;
    if (!made || !onZoom) return;
    const now = span(made);
    const step = (now[1] - now[0]) / 10;
    const moves: Record<string, [number, number] | undefined> = {
      ArrowLeft: [now[0] - step, now[1] - step],
      ArrowRight: [now[0] + step, now[1] + step],
      '+': scaled(now, (now[0] + now[1]) / 2, 0.8),
      '-': scaled(now, (now[0] + now[1]) / 2, 1.25),
      Home: undefined,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    onZoom(moves[event.key]);
  };
  return <div ref={place} role="img" aria-label={label} tabIndex={onZoom ? 0 : undefined} onKeyDown={keys} />;
}

const span = (plot: uPlot): [number, number] => [plot.scales.x?.min ?? 0, plot.scales.x?.max ?? 1];

const scaled = ([min, max]: [number, number], at: number, by: number): [number, number] => [
  at - (at - min) * by,
  at + (max - at) * by,
];

function ends([x]: uPlot.AlignedData): [number, number] {
  return x.length === 0 ? [0, 1] : [x[0] as number, Math.max(x[x.length - 1] as number, (x[0] as number) + 1)];
}

function zoomTo(plot: uPlot, onZoom: ((range: [number, number]) => void) | undefined): void {
  if (plot.select.width < 4 || !onZoom) return;
  const [left, right] = [
    plot.posToVal(plot.select.left, 'x'),
    plot.posToVal(plot.select.left + plot.select.width, 'x'),
  ];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onZoom([left, right]);
}
