import { describe, expect, it } from 'vitest';
import type { Run } from '../api/types';
import { readAnew, withTold } from './knownRuns';

const run = (id: string, iteration = 0): Run => ({ id, iteration }) as Run;

describe('The runs that are known', () => {
  it('take what a run tells, and a new run in front', () => {
    expect(withTold([run('a', 1)], run('a', 2))).toEqual([run('a', 2)]);
    expect(withTold([run('a')], run('b'))).toEqual([run('b'), run('a')]);
  });

  it('never go back in their progress', () => {
    expect(withTold([run('a', 2)], run('a', 1))).toEqual([run('a', 2)]);
    expect(readAnew([run('a', 2)], [run('a', 1)], new Set(['a']))).toEqual([run('a', 2)]);
  });

  it('keep a run that came while the list was read', () => {
    expect(readAnew([run('new'), run('a')], [run('a')], new Set(['new']))).toEqual([run('new'), run('a')]);
  });

  it('lose a run that is no longer in the list', () => {
    expect(readAnew([run('deleted'), run('a')], [run('a')], new Set())).toEqual([run('a')]);
  });
});
