import { describe, expect, it } from 'vitest';
import { sparklinePath } from './sparkline';

describe('sparklinePath', () => {
  it('goes from left to right, and from the highest value at the top to the lowest at the bottom', () => {
    expect(sparklinePath([2, 1, 0], 104, 24)).toBe('M2 2L52 12L102 22');
  });

  it('lies in the middle where all values are the same', () => {
    expect(sparklinePath([5, 5], 104, 24)).toBe('M2 12L102 12');
    expect(sparklinePath([5], 104, 24)).toBe('M2 12L2 12');
  });

  it('leaves a gap where a value is no finite number, and shows a value that stands alone', () => {
    expect(sparklinePath([1, Number.NaN, 0], 104, 24)).toBe('M2 2L2 2M102 22L102 22');
    expect(sparklinePath([Number.POSITIVE_INFINITY, Number.NaN], 104, 24)).toBe('');
    expect(sparklinePath([], 104, 24)).toBe('');
  });
});
