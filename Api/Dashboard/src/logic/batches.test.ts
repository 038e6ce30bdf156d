import { describe, expect, it } from 'vitest';
import { askEach, batches, mostBytes, mostPictures } from './batches';

describe('batches', () => {
  it('takes at most 200 files at once, in their order', () => {
    const files = Array.from({ length: 450 }, (_, at) => ({ size: 10, at }));
    const groups = batches(files);
    expect(groups.map(group => group.length)).toEqual([mostPictures, mostPictures, 50]);
    expect(groups.flat()).toEqual(files);
  });

  it('takes no more bytes than the service does, but for a file that is larger alone', () => {
    const sizes = [3e6, 3e6, 3e6, mostBytes + 1, 1, mostBytes].map(size => ({ size }));
    expect(batches(sizes).map(group => group.length)).toEqual([2, 1, 1, 1, 1]);
    expect(batches([])).toEqual([]);
  });
});

describe('askEach', () => {
  const lost = new Error('no answer');
  const service = (names: boolean) => {
    const asked: number[] = [];
    const ask = async (group: readonly string[]) => {
      asked.push(group.length);
      if (group.includes('lost')) throw lost;
      if (group.includes('broken')) throw new Refusal(names ? group.indexOf('broken') : undefined);
      return group.map(name => name.toUpperCase());
    };
    return { asked, ask };
  };
  class Refusal extends Error {
    constructor(readonly at: number | undefined) {
      super('is no picture');
    }
  }
  const refusalOf = (error: unknown) =>
    error instanceof Refusal
      ? { words: error.message, named: new Map(error.at === undefined ? [] : [[error.at, error.message]]) }
      : undefined;
  const files = ['a', 'b', 'broken', 'c', 'd', 'broken', 'e'];
  const told = files.map(name => (name === 'broken' ? { refusal: 'is no picture' } : { answer: name.toUpperCase() }));

  it('asks once where all is well, and not at all without files', async () => {
    const { asked, ask } = service(true);
    expect(await askEach(['a', 'b'], ask, refusalOf)).toEqual([{ answer: 'A' }, { answer: 'B' }]);
    expect(await askEach([], ask, refusalOf)).toEqual([]);
    expect(asked).toEqual([2]);
  });

  it('leaves out the files that the service names, and answers all others in their order', async () => {
    const { asked, ask } = service(true);
    expect(await askEach(files, ask, refusalOf)).toEqual(told);
    expect(asked).toEqual([7, 6, 5]);
  });

  it('finds the broken files by halves where the service names none', async () => {
    const { ask } = service(false);
    expect(await askEach(files, ask, refusalOf)).toEqual(told);
    expect(await askEach(['broken'], ask, refusalOf)).toEqual([{ refusal: 'is no picture' }]);
  });

  it('stops at an error that is of no file', async () => {
    await expect(askEach(['a', 'lost', 'b'], service(true).ask, refusalOf)).rejects.toBe(lost);
  });
});
