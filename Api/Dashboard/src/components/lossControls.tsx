import { setQuery } from '../router';
import { Button } from './basics';

const defaultSmoothing = 0.6;

/** How the address asks for losses to be drawn. */
export const lossView = (query: URLSearchParams): { isLog: boolean; smoothing: number } => ({
  isLog: query.get('y') === 'log',
  smoothing: Number(query.get('smooth') ?? defaultSmoothing),
});

/** The settings of a drawing of losses. */
export function LossControls({ isLog, smoothing }: { isLog: boolean; smoothing: number }) {
  return (
    <>
      <Button aria-pressed={isLog} onPress={() => setQuery({ y: isLog ? undefined : 'log' })}>
        Logarithmic
      </Button>
      <label class="row">
        Smoothing
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={smoothing}
          onInput={event => setQuery({ smooth: event.currentTarget.value })}
        />
      </label>
    </>
  );
}
