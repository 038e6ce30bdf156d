import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import { live } from '../api/live';
import type { Page, Run } from '../api/types';
import { newer } from '../logic/runs';

const pageLength = 200;

/** All runs, newest first, as they are now; undefined until they are read. */
export function useRuns(): { runs: Run[] | undefined; error: unknown; again: () => void } {
  const [runs, setRuns] = useState<Run[]>();
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let over = false;
    let reads = 0;
    const read = async () => {
      const turn = ++reads;
      try {
        const all: Run[] = [];
        let after: string | undefined;
        do {
          const page: Page<Run> = await get(`api/runs?limit=${pageLength}${after ? `&after=${after}` : ''}`);
          all.push(...page.items);
          after = page.next;
        } while (after !== undefined);
        if (over || turn !== reads) return;
        setRuns(known =>
          all.map(run =>
            newer(
              known?.find(other => other.id === run.id),
              run,
            ),
          ),
        );
        setError(undefined);
      } catch (failed) {
        if (!over) setError(failed);
      }
    };
    const changed = (event: Event) => {
      const { detail } = event as CustomEvent<Run>;
      setRuns(known => {
        if (!known) return known;
        const at = known.findIndex(run => run.id === detail.id);
        if (at < 0) return [detail, ...known];
        // The queue moves up when one leaves it, which only the whole list tells.
        if (known[at]?.state !== detail.state) void read();
        return known.with(at, newer(known[at], detail));
      });
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
