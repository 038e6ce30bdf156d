import { expect, test } from 'vitest';
import { unbroken } from './unbroken';

test('columns without gaps are one stretch', () => {
  expect(unbroken([1, 2, 3], [0, 1, 2])).toEqual([[0, 3]]);
});

test('a gap in either column ends a stretch', () => {
  expect(unbroken([null, 1, 2, 3, 4, null], [0, 1, null, 3, 4, 5])).toEqual([
    [1, 2],
    [3, 5],
  ]);
});

test('nothing has no stretches', () => {
  expect(unbroken([], [])).toEqual([]);
  expect(unbroken([null, null], [1, 2])).toEqual([]);
});
