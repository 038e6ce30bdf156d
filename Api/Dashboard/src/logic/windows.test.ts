import { describe, expect, it } from 'vitest';
import { Windows } from './windows';

const losses = Array.from({ length: 5000 }, (_, i) => 3 / (1 + i / 100) + ((i * 7919) % 101) / 500);

function told(windows: Windows, from = 1, to = losses.length): Windows {
  for (let iteration = from; iteration <= to; iteration++) windows.add(iteration, losses[iteration - 1] as number);
  return windows;
}

describe('Windows', () => {
  it('keeps each loss while there are few', () => {
    const { iteration, min, max, mean } = told(new Windows(100), 1, 50).points();
    expect(iteration).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    for (const column of [min, max, mean]) expect(column).toEqual(losses.slice(0, 50));
  });

  it('joins two and two when there are too many, and leaves no loss out', () => {
    const windows = told(new Windows(64));
    const { iteration, min, max, mean } = windows.points();
    expect(windows.last).toBe(losses.length);
    expect(iteration.length).toBeLessThanOrEqual(64);
    const width = (iteration[1] as number) - (iteration[0] as number);
    expect(Math.log2(width) % 1).toBe(0);
    iteration.forEach((first, i) => {
      const window = losses.slice(first - 1, first - 1 + width);
      expect(min[i]).toBe(Math.min(...window));
      expect(max[i]).toBe(Math.max(...window));
      expect(mean[i]).toBeCloseTo(window.reduce((a, b) => a + b) / window.length, 10);
    });
  });

  it('goes on from what the service told, in the same windows', () => {
    const whole = told(new Windows(64));
    const begun = told(new Windows(64), 1, 3333).points();
    const curve = { iterations: begun.iteration, min: begun.min, max: begun.max, mean: begun.mean, epochs: [] };
    const resumed = told(Windows.of(curve, 3333, 64), 3300); // some of it twice
    expect(resumed.points().iteration).toEqual(whole.points().iteration);
    expect(resumed.points().max).toEqual(whole.points().max);
    resumed.points().mean.forEach((mean, i) => {
      expect(mean).toBeCloseTo(whole.points().mean[i] as number, 10);
    });
  });

  it('shows a spike at every width', () => {
    const windows = new Windows(8);
    for (let i = 1; i <= 1000; i++) windows.add(i, i === 777 ? 99 : 1);
    expect(Math.max(...windows.points().max)).toBe(99);
  });

  it('is empty without losses', () => {
    expect(new Windows(8).last).toBe(0);
    expect(Windows.of({ iterations: [], min: [], max: [], mean: [], epochs: [] }, 0, 8).points().iteration).toEqual([]);
  });
});
