import { describe, expect, it } from 'vitest';
import { heldOut, splitOf, splitWords } from './split';

describe('heldOut', () => {
  it('is the nearest whole share, of two equally near ones the smaller', () => {
    expect([14, 15, 16, 25, 163, 400].map(images => heldOut(images))).toEqual([1, 1, 2, 2, 16, 40]);
  });

  it('is at least one of two pictures, and never the only one', () => {
    expect([0, 1, 2, 4].map(images => heldOut(images))).toEqual([0, 0, 1, 1]);
  });

  it('takes another share', () => {
    expect(heldOut(10, 0.5)).toBe(5);
  });
});

describe('splitOf', () => {
  it('divides each class by itself', () => {
    const classes = [
      { label: 'cat', train: 15, test: 2 },
      { label: 'dog', train: 1, test: 3 },
    ];
    expect(splitOf({ classes })).toEqual({ learn: 15, held: 1, test: 5 });
  });
});

describe('splitWords', () => {
  it('leaves out a test part that is not there', () => {
    expect(splitWords({ learn: 1479, held: 164, test: 0 })).toBe('1,479 to learn from, 164 held out');
    expect(splitWords({ learn: 3600, held: 400, test: 1000 })).toBe('3,600 to learn from, 400 held out, 1,000 to test');
  });
});
