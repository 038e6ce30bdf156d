import { useEffect } from 'preact/hooks';
import { Problem } from '../api/client';
import type { Run } from '../api/types';
import { isOpen } from '../logic/runs';
import { type Loaded, useLoaded } from './useLoaded';

const secondsBetween = 3;

/** What is loaded of a run's model. `waits` is while the run trains and has not kept parameters yet; then it asks again by itself. */
export function useOfModel<T>(
  run: Run,
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
): Loaded<T> & { waits: boolean } {
  const loaded = useLoaded(load, inputs);
  const waits = isOpen(run) && loaded.error instanceof Problem && loaded.error.status === 409;
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(loaded.again, 1000 * secondsBetween);
    return () => clearTimeout(timer);
  }, [loaded.error, waits]);
  return { ...loaded, waits };
}
