import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, Problem } from '../api/client';
import type { Preflight } from '../api/types';

/** What pre-flight says to what it was asked: what to expect of the run, or why it would be refused. */
export type Outlooks = ReadonlyMap<string, Preflight | Problem>;

const typingPause = 500;
const retryPause = 3000;

/**
 * Asks pre-flight about specs, one after the other in their order, and keeps what it said. When the specs change, what is being asked is
 * given up and the first that is not known comes next.
 */
export function usePreflights(bodies: readonly string[]): Outlooks {
  const [outlooks, setOutlooks] = useState<Outlooks>(new Map());
  const known = useRef(outlooks);
  useEffect(() => {
    const abort = new AbortController();
    const askAll = async () => {
      await pause(typingPause, abort.signal);
      for (const body of bodies) {
        if (known.current.has(body)) continue;
        const told = await askOne(body, abort.signal);
        known.current = new Map(known.current).set(body, told);
        setOutlooks(known.current);
      }
    };
    askAll().catch(() => {}); // given up
    return () => abort.abort();
  }, [bodies.join('\n')]);
  return outlooks;
}

async function askOne(body: string, signal: AbortSignal): Promise<Preflight | Problem> {
  for (;;) {
    try {
      const headers = { 'Content-Type': 'application/json' };
      return await (await ask('api/runs/preflight', { method: 'POST', body, headers, signal })).json();
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      const passes = failed.status === 0 || failed.status === 429 || failed.status >= 500;
      if (!passes) return failed;
    }
    await pause(retryPause, signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, stop) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      stop(signal.reason);
    });
  });
}
