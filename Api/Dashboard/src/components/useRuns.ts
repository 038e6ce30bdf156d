import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import { live } from '../api/live';
import type { Page, Run } from '../api/types';
import { readAnew, withTold } from '../logic/knownRuns';

const pageLength = 200;

/** All runs, newest first, as they are now; undefined until they are read. */
export function useRuns(): { runs: Run[] | undefined; error: unknown; again: () => void } {
  const [runs, setRuns] = useState<Run[]>();
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let over = false;
    let wanted = false;
    let reading = false;
    let told = new Set<string>(); // since the list is read
    const states = new Map<string, Run['state']>();

    const read = async () => {
      wanted = true;
      if (reading) return;
      reading = true;
      try {
        while (wanted && !over) {
          wanted = false;
          told = new Set();
          const all = await readAll();
          if (over) return;
          const meanwhile = told;
          for (const run of all) if (!meanwhile.has(run.id)) states.set(run.id, run.state);
          setRuns(known => readAnew(known ?? [], all, meanwhile));
          setError(undefined);
        }
      } catch (failed) {
        if (!over) setError(failed);
      } finally {
        reading = false;
      }
    };
    const changed = (event: Event) => {
      const { detail } = event as CustomEvent<Run>;
      told.add(detail.id);
      setRuns(known => known && withTold(known, detail));
      // The queue moves up when one leaves it, which only the whole list tells.
      if (states.get(detail.id) !== detail.state) void read();
      states.set(detail.id, detail.state);
    };
    void read();
    live.addEventListener('run', changed);
    live.addEventListener('begun', read);
    return () => {
      over = true;
      live.removeEventListener('run', changed);
      live.removeEventListener('begun', read);
    };
  }, [turn]);
  return { runs, error, again: () => setTurn(before => before + 1) };
}

async function readAll(): Promise<Run[]> {
  const all: Run[] = [];
  let after: string | undefined;
  do {
    const page: Page<Run> = await get(`api/runs?limit=${pageLength}${after ? `&after=${after}` : ''}`);
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}
