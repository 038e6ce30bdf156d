import type { Run } from '../api/types';
import { loss } from '../logic/formats';
import { sparklinePath } from '../logic/sparkline';
import { useCurves } from './useCurves';
import { useSeen } from './useSeen';

const [width, height, points] = [120, 32, 60];

/** The loss of a run in a small drawing, which goes on with its epochs while it is in sight. */
export function Sparkline({ run }: { run: Run }) {
  const [element, seen] = useSeen<SVGSVGElement>();
  const mean = useCurves(seen ? [run] : [], points).get(run.id)?.mean;
  const words = mean ? `Loss from ${loss(mean[0])} to ${loss(mean.at(-1))}` : 'No loss yet';
  return (
    <svg ref={element} class="sparkline" width={width} height={height} role="img" aria-label={words}>
      {mean && <path d={sparklinePath(mean, width, height)} />}
    </svg>
  );
}
