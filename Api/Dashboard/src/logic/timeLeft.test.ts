import { describe, expect, it } from 'vitest';
import { timeLeft } from './timeLeft';

const start = Date.parse('2026-01-01T00:00:00Z');
const epochsAt = (...seconds: number[]) =>
  seconds.map((second, i) => ({ at: new Date(start + 1000 * second).toISOString(), iteration: 100 * (i + 1) }));

describe('timeLeft', () => {
  it('is what is left at the pace of the fastest and of the slowest epoch', () => {
    expect(timeLeft(epochsAt(10, 20, 35), 300, 1000)).toEqual({ low: 70, high: 105 });
  });

  it('is not known before two epochs are over', () => {
    expect(timeLeft(epochsAt(10), 100, 1000)).toBeUndefined();
    expect(timeLeft([], 0, 1000)).toBeUndefined();
  });

  it('forgets the pace of long ago, such as that of a night when the run was paused', () => {
    const seconds = Array.from({ length: 20 }, (_, i) => 10_000 + 10 * i);
    expect(timeLeft(epochsAt(0, ...seconds), 2100, 2200)).toEqual({ low: 10, high: 10 });
  });

  it('is nothing at the end', () => {
    expect(timeLeft(epochsAt(10, 20), 200, 200)).toEqual({ low: 0, high: 0 });
  });
});
