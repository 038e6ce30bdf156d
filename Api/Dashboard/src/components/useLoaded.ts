import { type Dispatch, type StateUpdater, useEffect, useState } from 'preact/hooks';
import { Problem } from '../api/client';
import { live } from '../api/live';

/** What is loaded from the service, and how that stands. */
export interface Loaded<T> {
  value: T | undefined;
  error: unknown;
  /** Loads it again; what is there stays until then. */
  again: () => void;
  set: Dispatch<StateUpdater<T | undefined>>;
}

// The service was away; when it is back, what failed by that is worth another try.
const wasAway = (error: unknown) => error instanceof Problem && (error.status === 0 || error.status === 503);

/** Loads something when the component appears, again when one of the inputs changes, and when a service that was away is back. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
  const [value, set] = useState<T>();
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setError(undefined);
    load(abort.signal).then(
      loaded => {
        if (!abort.signal.aborted) set(() => loaded);
      },
      failed => {
        if (!abort.signal.aborted) setError(failed);
      },
    );
    return () => abort.abort();
  }, [...inputs, turn]);
  const again = () => setTurn(before => before + 1);
  useEffect(() => {
    if (!wasAway(error)) return;
    live.addEventListener('begun', again);
    return () => live.removeEventListener('begun', again);
  }, [error]);
  return { value, error, again, set };
}
