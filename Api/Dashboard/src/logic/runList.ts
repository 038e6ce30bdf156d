import type { Run } from '../api/types';
import { count, counted, duration } from './formats';
import { elapsed } from './runs';

/** What of the list of runs is shown, and in which order. */
export interface RunFilter {
  text: string;
  state: string;
  dataset: string;
  /** A column, with - in front the other way round; empty for the order in which runs are worked on. */
  sort: string;
}

export const columns = ['name', 'dataset', 'accuracy', 'time', 'created'] as const;
export type Column = (typeof columns)[number];

/** The filter that an address has. */
export const filterOf = (query: URLSearchParams): RunFilter => ({
  text: query.get('q') ?? '',
  state: query.get('state') ?? '',
  dataset: query.get('dataset') ?? '',
  sort: query.get('sort') ?? '',
});

/** The runs that a filter lets through, in its order. */
export function shown(runs: readonly Run[], filter: RunFilter): Run[] {
  const words = filter.text.toLowerCase().split(/\s+/);
  const found = runs.filter(
    run =>
      (filter.state === '' || run.state === filter.state) &&
      (filter.dataset === '' || run.dataset === filter.dataset) &&
      words.every(word => searched(run).includes(word)),
  );
  const [column, back] = sortOf(filter.sort);
  if (column === undefined) return found.sort(byWork);
  return found.sort((a, b) => inOrder(keys[column](a), keys[column](b), back) || byWork(a, b));
}

/** The column that a text sorts by, and whether backwards. */
export function sortOf(sort: string): [Column | undefined, boolean] {
  const back = sort.startsWith('-');
  return [columns.find(column => column === (back ? sort.slice(1) : sort)), back];
}

/** The sort after a press on a column's head: its usual order, the other way round, none. */
export const nextSort = (sort: string, column: Column): string =>
  sort === column ? `-${column}` : sort === `-${column}` ? '' : column;

/** How many runs there are, and what happens with them. */
export function summary(runs: readonly Run[]): string {
  const of = (state: Run['state']) => runs.filter(run => run.state === state).length;
  const [training, waiting] = [of('running'), of('queued')];
  const now = [
    training > 0 ? `${count(training)} in training` : '',
    waiting > 0 ? `${count(waiting)} waiting` : '',
  ].filter(words => words !== '');
  return `${counted(runs.length, 'run')}${now.length > 0 ? `: ${now.join(', ')}` : ''}.`;
}

/** What is left of a run that trains, or what it took. */
export function timeWords(run: Run): string {
  if (run.state === 'queued') return '–';
  if (run.state === 'running') return run.secondsLeft ? `${duration(run.secondsLeft)} left` : 'begins';
  return duration(run.endedAt ? elapsed(run) : undefined);
}

const searched = (run: Run): string =>
  [run.name, run.dataset, run.preset ?? '', run.state, run.id].join(' ').toLowerCase();

// The queue by its places, then what trains, then the newest.
function byWork(a: Run, b: Run): number {
  const group = (run: Run) => (run.state === 'queued' ? 0 : run.state === 'running' ? 1 : 2);
  return (
    group(a) - group(b) ||
    (a.queuePosition ?? 0) - (b.queuePosition ?? 0) ||
    Date.parse(b.createdAt) - Date.parse(a.createdAt)
  );
}

// What is smaller comes first; the best and the newest are, turned, the smallest.
const keys: Record<Column, (run: Run) => string | number | undefined> = {
  name: run => run.name.toLowerCase(),
  dataset: run => run.dataset,
  accuracy: run => (typeof run.bestValidationAccuracy === 'number' ? -run.bestValidationAccuracy : undefined),
  time: run => (run.endedAt ? elapsed(run) : run.secondsLeft),
  created: run => -Date.parse(run.createdAt),
};

// What has no value is last in both directions.
function inOrder(a: string | number | undefined, b: string | number | undefined, back: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = a < b ? -1 : a > b ? 1 : 0;
  return back ? -order : order;
}
