import { expect, test } from 'vitest';
import { isWorthDrawing } from './pace';

test('a curve that grew by a twenty-fifth is drawn', () => {
  expect(isWorthDrawing(960, 1000, 1)).toBe(true);
  expect(isWorthDrawing(0, 1, 0)).toBe(true);
});

test('a curve that hardly grew waits for five seconds', () => {
  expect(isWorthDrawing(970, 1000, 1)).toBe(false);
  expect(isWorthDrawing(970, 1000, 4.9)).toBe(false);
  expect(isWorthDrawing(970, 1000, 5)).toBe(true);
});
