import { describe, expect, it } from 'vitest';
import { classResults, confusedPairs, shareWords, total } from './confusion';

const confusion = {
  labels: ['cat', 'dog', 'bird'],
  counts: [
    [8, 2, 0],
    [5, 15, 0],
    [1, 2, 0],
  ],
};

describe('classResults', () => {
  it('counts the pictures of each class, those recognised, and those taken for it', () => {
    expect(classResults(confusion)).toEqual([
      { label: 'cat', right: 8, pictures: 10, taken: 14 },
      { label: 'dog', right: 15, pictures: 20, taken: 19 },
      { label: 'bird', right: 0, pictures: 3, taken: 0 },
    ]);
  });
});

describe('confusedPairs', () => {
  it('tells the most frequent first, and of equals the larger share', () => {
    expect(confusedPairs(confusion).map(pair => [pair.label, pair.predicted, pair.pictures, pair.share])).toEqual([
      ['dog', 'cat', 5, 0.25],
      ['bird', 'dog', 2, 2 / 3],
      ['cat', 'dog', 2, 0.2],
      ['bird', 'cat', 1, 1 / 3],
    ]);
  });

  it('is empty when all is right', () => {
    expect(confusedPairs({ labels: ['a', 'b'], counts: [[3, 0], [0, 0]] })).toEqual([]); // biome-ignore format: a matrix
  });
});

describe('total', () => {
  it('sums what is right and all pictures', () => {
    expect(total(confusion)).toEqual({ right: 23, pictures: 33 });
    expect(total({ labels: [], counts: [] })).toEqual({ right: 0, pictures: 0 });
  });
});

describe('shareWords', () => {
  it('tells the number of pictures, and the range where they are few', () => {
    expect(shareWords(45, 50)).toBe('90.0 % of 50 (78.6 % to 95.7 %)');
    expect(shareWords(1800, 2000)).toBe('90.0 % of 2,000');
    expect(shareWords(0, 0)).toBe('no picture');
  });
});
