import { describe, expect, it } from 'vitest';
import type { Run } from '../api/types';
import { filterOf, nextSort, type RunFilter, shown } from './runList';

const run = (name: string, more: Partial<Run> = {}): Run =>
  ({ id: `id-${name}`, name, state: 'completed', dataset: 'signs', createdAt: '2026-01-01T00:00:00Z', ...more }) as Run;

const all: RunFilter = { text: '', state: '', dataset: '', sort: '' };
const names = (runs: Run[], filter: Partial<RunFilter> = {}) => shown(runs, { ...all, ...filter }).map(one => one.name);

describe('The list of runs', () => {
  it('begins with the queue by its places, then what trains, then the newest', () => {
    const runs = [
      run('old'),
      run('new', { createdAt: '2026-02-01T00:00:00Z' }),
      run('paused', { state: 'paused', createdAt: '2026-01-15T00:00:00Z' }),
      run('trains', { state: 'running' }),
      run('second', { state: 'queued', queuePosition: 2 }),
      run('first', { state: 'queued', queuePosition: 1 }),
    ];
    expect(names(runs)).toEqual(['first', 'second', 'trains', 'new', 'paused', 'old']);
  });

  it('is filtered by all words of a text, by state and by dataset', () => {
    const runs = [
      run('Big net', { preset: 'balanced' }),
      run('small', { dataset: 'shapes' }),
      run('b', { state: 'failed' }),
    ];
    expect(names(runs, { text: 'BALANCED big' })).toEqual(['Big net']);
    expect(names(runs, { text: 'id-small' })).toEqual(['small']);
    expect(names(runs, { state: 'failed' })).toEqual(['b']);
    expect(names(runs, { dataset: 'shapes' })).toEqual(['small']);
    expect(names(runs, { dataset: 'shapes', state: 'failed' })).toEqual([]);
  });

  it('is sorted by the best accuracy, and what has none is last in both directions', () => {
    const runs = [
      run('none'),
      run('worse', { bestValidationAccuracy: 0.5, validationAccuracy: 0.5 }),
      run('better', { bestValidationAccuracy: 0.9, validationAccuracy: 0.1 }),
    ];
    expect(names(runs, { sort: 'accuracy' })).toEqual(['better', 'worse', 'none']);
    expect(names(runs, { sort: '-accuracy' })).toEqual(['worse', 'better', 'none']);
  });

  it('is in the order of work where the address asks for an unknown column', () => {
    const runs = [run('old'), run('new', { createdAt: '2026-02-01T00:00:00Z' })];
    expect(names(runs, { sort: 'weight' })).toEqual(['new', 'old']);
  });

  it('has its filter in the address', () => {
    expect(filterOf(new URLSearchParams('q=a+b&state=failed&sort=-time'))).toEqual({
      text: 'a b',
      state: 'failed',
      dataset: '',
      sort: '-time',
    });
    expect(['', 'name', '-name'].map(sort => nextSort(sort, 'name'))).toEqual(['name', '-name', '']);
  });
});
