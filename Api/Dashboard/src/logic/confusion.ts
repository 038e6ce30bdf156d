import type { Confusion } from '../api/types';
import { accuracyRange, count, percent } from './formats';

/** A class in numbers: of its pictures those that were recognised, and of those that were taken for it those that are of it. */
export interface ClassResult {
  label: string;
  right: number;
  /** Pictures of the class. */
  pictures: number;
  /** Pictures that were taken for it. */
  taken: number;
}

/** A class that was taken for another. */
export interface Pair {
  label: string;
  predicted: string;
  pictures: number;
  /** Of all pictures of the class. */
  share: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The classes in their order. */
export const classResults = ({ labels, counts }: Confusion): ClassResult[] =>
  labels.map((label, at) => ({
    label,
    right: counts[at]?.[at] ?? 0,
    pictures: sum(counts[at] ?? []),
    taken: sum(counts.map(row => row[at] ?? 0)),
  }));

/** What was taken for what, the most frequent first. */
export const confusedPairs = ({ labels, counts }: Confusion): Pair[] =>
  counts
    .flatMap((row, at) => {
      const all = sum(row);
      return row.map((pictures, to) => ({
        label: labels[at] as string,
        predicted: labels[to] as string,
        pictures: at === to ? 0 : pictures,
        share: all === 0 ? 0 : pictures / all,
      }));
    })
    .filter(pair => pair.pictures > 0)
    .sort((a, b) => b.pictures - a.pictures || b.share - a.share);

/** All pictures, and those that were recognised. */
export function total(confusion: Confusion): { right: number; pictures: number } {
  const results = classResults(confusion);
  return { right: sum(results.map(of => of.right)), pictures: sum(results.map(of => of.pictures)) };
}

const fewPictures = 200; // as accuracyWords: below it a share is told with its range

/** A share with what it is of: "92.5 % of 40 (80.1 % to 97.4 %)". */
export function shareWords(part: number, whole: number): string {
  if (whole === 0) return 'no picture';
  const of = `${percent(part / whole)} of ${count(whole)}`;
  if (whole >= fewPictures) return of;
  const [low, high] = accuracyRange(part / whole, whole);
  return `${of} (${percent(low)} to ${percent(high)})`;
}
