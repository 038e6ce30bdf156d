import { describe, expect, it } from 'vitest';
import { spread } from './spread';

const items = Array.from({ length: 1000 }, (_, at) => at);

describe('spread', () => {
  it('takes from all over the list, so that each class of a sorted one is there', () => {
    const first = spread(items, 48, 0);
    expect(first.length).toBeLessThanOrEqual(48);
    expect(first.slice(0, 3)).toEqual([0, 21, 42]);
    expect(first.at(-1)).toBeGreaterThan(950);
  });

  it('gives others each turn, and all of them in the end', () => {
    const turns = Array.from({ length: 21 }, (_, turn) => spread(items, 48, turn)).flat();
    expect(turns.toSorted((a, b) => a - b)).toEqual(items);
    expect(spread(items, 48, 21)).toEqual(spread(items, 48, 0));
  });

  it('is all of a short list', () => {
    expect(spread([1, 2, 3], 48, 5)).toEqual([1, 2, 3]);
    expect(spread([], 48, 0)).toEqual([]);
  });
});
