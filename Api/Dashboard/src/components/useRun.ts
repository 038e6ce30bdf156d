import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import { live } from '../api/live';
import type { Run } from '../api/types';
import { type Loaded, useLoaded } from './useLoaded';

/** A run as it is now. */
export function useRun(id: string): Loaded<Run> {
  const run = useLoaded<Run>(signal => get(`api/runs/${id}`, signal), [id]);
  useEffect(() => {
    const changed = (event: Event) => {
      const { detail } = event as CustomEvent<Run>;
      if (detail.id === id) run.set(known => (known && known.iteration > detail.iteration ? known : detail));
    };
    const missed = () => run.again();
    live.addEventListener('run', changed);
    live.addEventListener('begun', missed);
    return () => {
      live.removeEventListener('run', changed);
      live.removeEventListener('begun', missed);
    };
  }, [id]);
  return run;
}
