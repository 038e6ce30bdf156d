import type { Run } from '../../api/types';
import type { LineStyle } from '../../logic/lineStyle';
import { href } from '../../router';

/** A run with the look of its lines; the name leads to it. */
export function RunName({ run, style }: { run: Run; style: LineStyle | undefined }) {
  return (
    <span class="run-name">
      {style && (
        <svg width="36" height="10" aria-hidden="true" style={{ color: `var(--${style.color})` }}>
          <path d="M0 5H36" stroke="currentColor" stroke-width="3" stroke-dasharray={style.dash.join(' ')} />
        </svg>
      )}
      <a href={href(`runs/${run.id}`)}>{run.name}</a>
    </span>
  );
}
