import { describe, expect, it } from 'vitest';
import { limited } from './range';

describe('The iterations that are looked at', () => {
  it('stay within those that there are', () => {
    expect(limited([-50, 50], 1000)).toEqual({ from: '1', to: '101' });
    expect(limited([950, 1050], 1000)).toEqual({ from: '900', to: '1000' });
    expect(limited([10, 10.5], 1000)).toEqual({ from: '10', to: '14' });
  });

  it('are not told where they are all', () => {
    expect(limited([-500, 2000], 1000)).toEqual({ from: undefined, to: undefined });
  });
});
