import { describe, expect, it } from 'vitest';
import { nextPlace } from './grid';

describe('nextPlace', () => {
  const from = (key: string, at: number) => nextPlace(key, at, 10, 4);

  it('walks along the rows and between them', () => {
    expect([from('ArrowRight', 3), from('ArrowLeft', 4), from('ArrowDown', 1), from('ArrowUp', 9)]).toEqual([
      4, 3, 5, 5,
    ]);
    expect([from('Home', 7), from('End', 7)]).toEqual([0, 9]);
  });

  it('stays where there is no place, and for other keys', () => {
    expect([
      from('ArrowRight', 9),
      from('ArrowLeft', 0),
      from('ArrowDown', 6),
      from('ArrowUp', 2),
      from('a', 2),
    ]).toEqual(Array(5).fill(undefined));
  });
});
