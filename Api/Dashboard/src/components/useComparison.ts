import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import { live } from '../api/live';
import type { Run, RunComparison } from '../api/types';
import { newer } from '../logic/runs';
import { type Loaded, useLoaded } from './useLoaded';

/** Runs side by side, as they are now. */
export function useComparison(ids: readonly string[]): Loaded<RunComparison> {
  const list = ids.join();
  const comparison = useLoaded<RunComparison>(signal => get(`api/runs/compare?ids=${list}`, signal), [list]);
  useEffect(() => {
    const changed = (event: Event) => {
      const { detail } = event as CustomEvent<Run>;
      comparison.set(
        known => known && { ...known, runs: known.runs.map(run => (run.id === detail.id ? newer(run, detail) : run)) },
      );
    };
    live.addEventListener('run', changed);
    live.addEventListener('begun', comparison.again);
    return () => {
      live.removeEventListener('run', changed);
      live.removeEventListener('begun', comparison.again);
    };
  }, [list]);
  return comparison;
}
