import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from '../api/client';
import type { Curve, Run } from '../api/types';

const leastPause = 2000; // between two readings of a run that goes on
const settling = 100; // what scrolls past, or is zoomed through, is not read

interface Reading {
  what: string;
  iteration: number;
  at: number;
}

/**
 * The curves of runs, read again when one has told another epoch, at most once in 2 s each.
 *
 * @param range - The iterations that are looked at; undefined for all.
 */
export function useCurves(
  runs: readonly Run[],
  points: number,
  range?: readonly [number, number],
): ReadonlyMap<string, Curve> {
  const [curves, setCurves] = useState<ReadonlyMap<string, Curve>>(new Map());
  const readings = useRef(new Map<string, Reading>());
  const what = `points=${points}${range ? `&from=${Math.floor(range[0])}&to=${Math.ceil(range[1])}` : ''}`;
  const state = runs.map(run => `${run.id} ${run.iteration}`).join();

  useEffect(() => {
    const read = async ({ id, iteration }: Run) => {
      const reading = { what, iteration, at: Date.now() };
      readings.current.set(id, reading);
      try {
        const curve = await get<Curve>(`api/runs/${id}/curve?${what}`);
        if (readings.current.get(id) === reading) setCurves(known => new Map(known).set(id, curve));
      } catch {
        readings.current.delete(id); // what is known stays; the next change reads again
      }
    };
    const timers = runs
      .filter(run => run.iteration > 0)
      .flatMap(run => {
        const last = readings.current.get(run.id);
        if (last?.what === what && last.iteration >= run.iteration) return [];
        const pause = last?.what === what ? last.at + leastPause - Date.now() : 0;
        return [setTimeout(() => void read(run), Math.max(settling, pause))];
      });
    return () => timers.forEach(clearTimeout);
  }, [state, what]);

  return curves;
}
