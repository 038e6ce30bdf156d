import type { Run } from '../api/types';
import { newer } from './runs';

/** The runs that are known, with what one of them, or a new one, has told. */
export function withTold(known: readonly Run[], told: Run): Run[] {
  const at = known.findIndex(run => run.id === told.id);
  return at < 0 ? [told, ...known] : known.with(at, newer(known[at], told));
}

/**
 * The runs as the list has them, with what is known better: the progress that was told since, and the runs that came while the list was read.
 *
 * @param told - The ids of the runs that told something while the list was read.
 */
export function readAnew(known: readonly Run[], list: readonly Run[], told: ReadonlySet<string>): Run[] {
  const before = new Map(known.map(run => [run.id, run]));
  const listed = new Set(list.map(run => run.id));
  const came = known.filter(run => told.has(run.id) && !listed.has(run.id));
  return [...came, ...list.map(run => newer(before.get(run.id), run))];
}
