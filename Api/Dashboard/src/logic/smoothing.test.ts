import { describe, expect, it } from 'vitest';
import { smooth } from './smoothing';

describe('smooth', () => {
  it('keeps a constant as it is, from the first value on', () => {
    for (const value of smooth([2, 2, 2, 2], 0.9)) expect(value).toBeCloseTo(2, 12);
  });

  it('changes nothing with weight 0', () => {
    expect(smooth([3, 1, 4, 1, 5], 0)).toEqual([3, 1, 4, 1, 5]);
  });

  it('is the mean of all values, those of before weighted less and less', () => {
    const [, second, third] = smooth([1, 2, 4], 0.5);
    expect(second).toBeCloseTo((0.5 * 1 + 2) / 1.5, 12);
    expect(third).toBeCloseTo((0.25 * 1 + 0.5 * 2 + 4) / 1.75, 12);
  });

  it('passes by what is no finite number', () => {
    expect(smooth([1, Number.NaN, 1, Number.POSITIVE_INFINITY], 0.5)).toEqual([
      1,
      Number.NaN,
      1,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
