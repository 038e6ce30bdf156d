import { describe, expect, it } from 'vitest';
import { answeredBy, answerWords, truthWords, withArticle } from './answers';

describe('answers', () => {
  it('tells the surest class in a sentence', () => {
    expect(answerWords('circle', 0.971)).toBe('This is a circle, 97.1 % sure.');
    expect(answerWords('arrow', 0.31)).toBe('This may be an arrow, 31.0 % sure.');
  });

  it('gives letters and numbers their article', () => {
    expect(['3', '8', '80', '11', '18', '1', '110', 'Owl', 'sign-5'].map(withArticle)).toEqual([
      'a 3',
      'an 8',
      'an 80',
      'an 11',
      'an 18',
      'a 1',
      'a 110',
      'an Owl',
      'a sign-5',
    ]);
  });

  it('says whether it is right', () => {
    expect(truthWords('circle', 'circle')).toBe('That is right: it is a circle.');
    expect(truthWords('ring', 'circle')).toBe('That is wrong: it is a circle.');
  });

  it('says that a run may still get better', () => {
    expect(answeredBy(1080, true)).toContain('best so far, iteration 1,080');
    expect(answeredBy(1080, false)).toBe('By its best parameters, of iteration 1,080.');
  });
});
