import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import { live } from '../api/live';
import type { Run } from '../api/types';
import { type Loaded, useLoaded } from './useLoaded';

const pause = 4000; // milliseconds between two drawings of what changes with each epoch

/** A run as it is now: at once when its state changes, within four seconds otherwise. */
export function useRun(id: string): Loaded<Run> {
  const run = useLoaded<Run>(signal => get(`api/runs/${id}`, signal), [id]);
  useEffect(() => {
    let latest: Run | undefined;
    let state: Run['state'] | undefined;
    let waiting = 0;
    const show = () => {
      clearTimeout(waiting);
      waiting = 0;
      run.set(known => (known && latest && known.iteration <= latest.iteration ? latest : known));
    };
    const changed = (event: Event) => {
      const { detail } = event as CustomEvent<Run>;
      if (detail.id !== id) return;
      latest = detail;
      if (detail.state !== state) show();
      else if (waiting === 0) waiting = window.setTimeout(show, pause);
      state = detail.state;
    };
    const missed = () => run.again();
    live.addEventListener('run', changed);
    live.addEventListener('begun', missed);
    return () => {
      clearTimeout(waiting);
      live.removeEventListener('run', changed);
      live.removeEventListener('begun', missed);
    };
  }, [id]);
  return run;
}
