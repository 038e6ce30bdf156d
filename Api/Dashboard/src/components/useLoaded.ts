import { type Dispatch, type StateUpdater, useEffect, useState } from 'preact/hooks';

/** What is loaded from the service, and how that stands. */
export interface Loaded<T> {
  value: T | undefined;
  error: unknown;
  /** Loads it again; what is there stays until then. */
  again: () => void;
  set: Dispatch<StateUpdater<T | undefined>>;
}

/** Loads something when the component appears, and again when one of the inputs changes. */
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
  return { value, error, again: () => setTurn(before => before + 1), set };
}
