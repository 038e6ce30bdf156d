import type { Run } from '../api/types';
import { accuracyRange, count, duration, percent } from './formats';

const fewImages = 200; // below it an accuracy is told with its range

/** An accuracy with the number of pictures that it is of, and its range where they are few. */
export function accuracyWords(share: number | null | undefined, images: number | null | undefined): string {
  if (share === undefined || share === null) return 'not measured yet';
  if (!images) return percent(share);
  const of = `${percent(share)} of ${count(images)} held-out pictures`;
  if (images >= fewImages) return of;
  const [low, high] = accuracyRange(share, images);
  return `${of} (${percent(low)} to ${percent(high)})`;
}

/** What a run does, in a sentence; with the time that is left, where the caller knows it better than the run. */
export function headline(run: Run, left = run.secondsLeft ? duration(run.secondsLeft) : ''): string {
  const epochs = run.spec.epochs ?? 0;
  const at = run.epoch === 0 ? 'in its first epoch' : `after epoch ${run.epoch} of ${epochs}`;
  const right =
    run.validationAccuracy === undefined || run.validationAccuracy === null
      ? ''
      : `${accuracyWords(run.validationAccuracy, run.validationImages)} right `;
  switch (run.state) {
    case 'queued':
      return run.queuePosition === 1 || !run.queuePosition
        ? 'Waits; it is next.'
        : `Waits; ${run.queuePosition - 1} before it.`;
    case 'running':
      return `${right}${at}${left ? `; ${left} left` : ''}.`;
    case 'paused':
      return run.failure ? `Paused: ${run.failure.message}` : `Paused; ${right}${at}.`;
    case 'completed':
      return `Done: ${accuracyWords(run.bestValidationAccuracy, run.validationImages)} right at its best${
        run.testAccuracy === undefined || run.testAccuracy === null
          ? ''
          : `, ${percent(run.testAccuracy)} on the test part`
      }${run.stoppedEarly ? '; it stopped early, as nothing more was to be gained' : ''}.`;
    case 'failed':
      return `Failed: ${run.failure?.message ?? 'no reason is known'}`;
    case 'cancelled':
      return `Cancelled ${at}.`;
  }
}

/** Whether something can still change. */
export const isOpen = (run: Run): boolean =>
  run.state === 'queued' || run.state === 'running' || run.state === 'paused';

/** The share that is done. */
export const progress = (run: Run): number =>
  run.state === 'completed' ? 1 : run.totalIterations === 0 ? 0 : run.iteration / run.totalIterations;

/** Seconds that it has trained, or trains until now. */
export const elapsed = (run: Run): number | undefined =>
  run.startedAt ? ((run.endedAt ? Date.parse(run.endedAt) : Date.now()) - Date.parse(run.startedAt)) / 1000 : undefined;

/** The one of two reports of a run that tells more: its progress never goes back. */
export const newer = (known: Run | undefined, told: Run): Run =>
  known && known.iteration > told.iteration ? known : told;

/** Whether it has parameters to answer with: they are there soon after its first iteration. */
export const hasModel = (run: Run): boolean => run.bestIteration !== undefined && run.bestIteration !== null;
