import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import { live } from '../api/live';
import type { Curve, RunEvent } from '../api/types';
import { isWorthDrawing } from '../logic/pace';
import { type Points, Windows } from '../logic/windows';

const points = 1000;
const most = 2 * points; // live losses make windows until they are joined again
const second = 1000; // the least between two drawings, in milliseconds

/** The curve of a run as a chart shows it. */
export interface CurveView {
  points: Points;
  epochs: readonly RunEvent[];
  /** The last iteration that is known. */
  last: number;
}

/** What is known of a curve, and of the range that is looked at. */
export interface CurveState {
  view: CurveView;
  whole: CurveView;
  error: unknown;
}

const nothing: CurveView = { points: { iteration: [], min: [], max: [], mean: [] }, epochs: [], last: 0 };

/**
 * The losses of a run: all of it, with each loss that comes, or the iterations of a range as fine as the service has them.
 *
 * @param id - The run.
 * @param iteration - The iteration that the run was at when the view was opened; undefined while that is not known.
 * @param range - The iterations that are looked at; undefined for all.
 */
export function useCurve(
  id: string,
  iteration: number | undefined,
  range: readonly [number, number] | undefined,
): CurveState {
  const [whole, setWhole] = useState(nothing);
  const [detail, setDetail] = useState<{ of: string; view: CurveView }>();
  const [error, setError] = useState<unknown>();

  useEffect(() => {
    if (iteration === undefined) return;
    const abort = new AbortController();
    let stop = () => {};
    let waiting = 0;
    const begin = (curve: Curve) => {
      const begun = { windows: Windows.of(curve, iteration, most), epochs: [...curve.epochs] };
      let drawn = { last: 0, at: 0 };
      let isUrgent = false; // a change of state, after which nothing may come for long
      const draw = () => {
        drawn = { last: begun.windows.last, at: performance.now() };
        isUrgent = false;
        setWhole(viewOf(begun.windows, begun.epochs));
      };
      const show = () => {
        if (waiting !== 0) return;
        waiting = window.setTimeout(() => {
          waiting = 0;
          if (isUrgent || isWorthDrawing(drawn.last, begun.windows.last, (performance.now() - drawn.at) / second))
            draw();
          else show();
        }, second);
      };
      draw();
      stop = live.watch(id, iteration, event => {
        if (event.type === 'iteration') begun.windows.add(event.iteration as number, event.loss as number);
        if (event.type === 'epoch' && (event.epoch as number) > (begun.epochs.at(-1)?.epoch ?? 0))
          begun.epochs.push(event);
        isUrgent ||= event.type === 'state';
        show();
      });
    };
    const path = `api/runs/${id}/curve?points=${points}`;
    const reading =
      iteration === 0
        ? Promise.resolve<Curve>({ iterations: [], min: [], max: [], mean: [], epochs: [] })
        : get<Curve>(`${path}&to=${iteration}`, abort.signal);
    reading.then(begin, failed => {
      if (!abort.signal.aborted) setError(failed);
    });
    return () => {
      abort.abort();
      stop();
      clearTimeout(waiting);
    };
  }, [id, iteration]);

  const from = range && Math.max(1, Math.floor(range[0]));
  const to = range && Math.max(from as number, Math.ceil(range[1]));
  useEffect(() => {
    if (from === undefined || to === undefined) return;
    const abort = new AbortController();
    const wait = setTimeout(() => {
      get<Curve>(`api/runs/${id}/curve?points=${points}&from=${from}&to=${to}`, abort.signal).then(
        curve => setDetail({ of: `${from}-${to}`, view: viewOf(Windows.of(curve, to, most), curve.epochs) }),
        () => {}, // what is known of the whole run stays
      );
    }, 80);
    return () => {
      clearTimeout(wait);
      abort.abort();
    };
  }, [id, from, to]);

  const fine = from !== undefined && detail?.of === `${from}-${to}`;
  return { view: fine ? detail.view : whole, whole, error };
}

function viewOf(windows: Windows, epochs: readonly RunEvent[]): CurveView {
  return { points: windows.points(), epochs: epochs.slice(), last: windows.last };
}
