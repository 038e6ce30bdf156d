import type { RunEvent } from '../api/types';

const looksBack = 8; // epochs: the machine's pace of now counts, not that of an hour ago

/**
 * The seconds that a run has left, from the fastest and the slowest of its last epochs; undefined until two epochs are over.
 *
 * @param epochs - Its epoch events in their order.
 * @param iteration - The iteration that it is at.
 * @param totalIterations - The iterations of all its epochs.
 */
export function timeLeft(
  epochs: readonly Pick<RunEvent, 'at' | 'iteration'>[],
  iteration: number,
  totalIterations: number,
): { low: number; high: number } | undefined {
  const last = epochs.slice(-looksBack - 1);
  const paces: number[] = []; // seconds per iteration
  for (let i = 1; i < last.length; i++) {
    const [before, after] = [last[i - 1], last[i]] as [(typeof last)[0], (typeof last)[0]];
    const seconds = (Date.parse(after.at) - Date.parse(before.at)) / 1000;
    const iterations = (after.iteration ?? 0) - (before.iteration ?? 0);
    if (iterations > 0 && seconds > 0) paces.push(seconds / iterations);
  }
  if (paces.length === 0) return undefined;
  const left = Math.max(0, totalIterations - iteration);
  return { low: left * Math.min(...paces), high: left * Math.max(...paces) };
}
