import { describe, expect, it } from 'vitest';
import type { Run } from '../api/types';
import { deletionWords, idsOf, notComparable, notDeletable, toggled } from './selection';

const runs = (...states: Run['state'][]): Run[] => states.map((state, i) => ({ state, name: `run ${i}` }) as Run);

describe('A selection of runs', () => {
  it('is a list of ids in the address', () => {
    expect(idsOf(null)).toEqual([]);
    expect(idsOf('a,b,,a')).toEqual(['a', 'b']);
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
    expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  });

  it('of 2 to 8 runs can be compared', () => {
    const of = (count: number) => notComparable(runs(...Array<'completed'>(count).fill('completed')));
    expect([of(2), of(8)]).toEqual([undefined, undefined]);
    expect(of(1)).toBe('Select 2 to 8 runs to compare them.');
    expect(of(9)).toBe('9 are selected; up to 8 can be compared.');
  });

  it('can be deleted if not all of it trains', () => {
    expect(notDeletable(runs('running', 'completed'))).toBeUndefined();
    expect(notDeletable(runs('running'))).toBe('It trains; cancel it first.');
    expect(notDeletable(runs('running', 'running'))).toBe('All of them train; cancel them first.');
  });

  it('says before a deletion what goes and what stays', () => {
    expect(deletionWords(runs('failed'))).toBe(
      'The curves, the parameters and the events of “run 0” go. This cannot be taken back.',
    );
    expect(deletionWords(runs('failed', 'queued', 'running'))).toBe(
      'The curves, the parameters and the events of these 2 runs go. 1 of them still waits and will not be trained. ' +
        'This cannot be taken back. 1 selected run trains and stays: cancel first.',
    );
  });
});
