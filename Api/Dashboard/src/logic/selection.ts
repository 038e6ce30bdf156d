import type { Run } from '../api/types';
import { counted } from './formats';

export const mostCompared = 8;
/** What fits into an address. */
export const mostSelected = 100;

/** The ids that a part of an address has. */
export const idsOf = (text: string | null): string[] => [...new Set((text ?? '').split(',').filter(id => id !== ''))];

/** The ids with one more, or without it. */
export const toggled = (ids: readonly string[], id: string): string[] =>
  ids.includes(id) ? ids.filter(other => other !== id) : [...ids, id];

/** Why the selected runs cannot be compared; undefined if they can. */
export function notComparable(selected: readonly Run[]): string | undefined {
  if (selected.length < 2) return `Select 2 to ${mostCompared} runs to compare them.`;
  if (selected.length > mostCompared) return `${selected.length} are selected; up to ${mostCompared} can be compared.`;
  return undefined;
}

/** Only a run that trains cannot be deleted. */
export const isDeletable = (run: Run): boolean => run.state !== 'running';

/** Why none of the selected runs can be deleted; undefined if some can. */
export function notDeletable(selected: readonly Run[]): string | undefined {
  if (selected.some(isDeletable) || selected.length === 0) return undefined;
  return selected.length === 1 ? 'It trains; cancel it first.' : 'All of them train; cancel them first.';
}

/** What a deletion takes and what it leaves, for the question before it. */
export function deletionWords(selected: readonly Run[]): string {
  const gone = selected.filter(isDeletable);
  const stay = selected.length - gone.length;
  const waiting = gone.filter(run => run.state === 'queued').length;
  return [
    gone.length === 1
      ? `The curves, the parameters and the events of “${gone[0]?.name}” go.`
      : `The curves, the parameters and the events of these ${gone.length} runs go.`,
    waiting > 0 ? `${counted(waiting, 'of them still waits', 'of them still wait')} and will not be trained.` : '',
    'This cannot be taken back.',
    stay > 0 ? `${counted(stay, 'selected run trains and stays', 'selected runs train and stay')}: cancel first.` : '',
  ]
    .filter(words => words !== '')
    .join(' ');
}
