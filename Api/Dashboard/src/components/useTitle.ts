import { useEffect } from 'preact/hooks';
import type { Run } from '../api/types';
import { progress } from '../logic/runs';

const name = 'CnnService';

// Whole ones, so that the browser loads a new icon a hundred times in a run and not after each epoch.
const percent = (run: Run) => Math.floor(100 * progress(run));

// A ring that is filled as far as the run is; whole in the colour of its end.
function icon(run: Run): string {
  const color = { completed: '#1b8a4b', failed: '#c5332a', paused: '#b87400' }[run.state as string] ?? '#2f7fdb';
  const share = run.state === 'running' || run.state === 'paused' ? percent(run) / 100 : 1;
  const around = 2 * Math.PI * 6;
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="none" stroke-width="4" transform="rotate(-90 8 8)"><circle cx="8" cy="8" r="6" stroke="#9aa5b1"/><circle cx="8" cy="8" r="6" stroke="${color}" stroke-dasharray="${share * around} ${around}"/></g></svg>`,
  )}`;
}

function title(run: Run): string {
  if (run.state === 'running') return `${percent(run)} % ${run.name}`;
  if (run.state === 'completed') return `✓ ${run.name}`;
  return run.state === 'failed' ? `✗ ${run.name}` : run.name;
}

/** Lets the browser's tab tell how a run stands. */
export function useTitle(run: Run | undefined): void {
  const [words, picture] = run ? [title(run), icon(run)] : [name, 'data:,'];
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    document.title = words;
    if (link) link.href = picture;
    return () => {
      document.title = name;
      if (link) link.href = 'data:,';
    };
  }, [words, picture]);
}
