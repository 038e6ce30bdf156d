import { useEffect, useState } from 'preact/hooks';
import type { Run } from '../../api/types';
import type { CurveView } from '../../components/useCurve';
import { count, duration, durationRange, percent } from '../../logic/formats';
import { accuracyWords, elapsed, headline } from '../../logic/runs';
import { timeLeft } from '../../logic/timeLeft';

/** How far a run is, in iterations and in time. The curve knows each iteration; the run is told after epochs. */
export function Progress({ run, curve }: { run: Run; curve: CurveView }) {
  useClock(run.state === 'running');
  const iteration = Math.max(run.iteration, curve.last);
  const since = elapsed(run);
  const parts = [
    `Iteration ${count(iteration)} of ${count(run.totalIterations)}`,
    since === undefined ? '' : run.endedAt ? `took ${duration(since)}` : `${duration(since)} since its start`,
    run.bestValidationAccuracy == null || run.state === 'completed'
      ? ''
      : `best so far ${accuracyWords(run.bestValidationAccuracy, run.validationImages)}`,
    run.trainAccuracy == null ? '' : `${percent(run.trainAccuracy)} on training pictures`,
    run.imagesPerSecond ? `${count(run.imagesPerSecond)} pictures per second` : '',
  ];
  const left = run.state === 'running' ? timeLeft(curve.epochs, iteration, run.totalIterations) : undefined;
  return (
    <div class="stack">
      <p>{headline(run, left && durationRange(left.low, left.high))}</p>
      <progress
        max={run.totalIterations}
        value={run.state === 'completed' ? run.totalIterations : iteration}
        aria-label="Iterations done"
      />
      <p class="quiet">{parts.filter(part => part !== '').join('; ')}</p>
    </div>
  );
}

// Draws again every few seconds, so that times go on where no iteration ends.
function useClock(isOn: boolean): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => tick(n => n + 1), 5000);
    return () => clearInterval(timer);
  }, [isOn]);
}
