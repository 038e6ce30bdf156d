import type { Dataset } from '../api/types';
import { count, counted } from './formats';

const usualFraction = 0.1;

/** How a run divides pictures: those that it learns from, those that are held out to measure it, and the test part. */
export interface Split {
  learn: number;
  held: number;
  test: number;
}

/** The pictures of a class that are held out of so many: the nearest whole share, and at least one where there are two. */
export const heldOut = (images: number, fraction = usualFraction): number =>
  Math.max(images < 2 ? 0 : 1, Math.ceil(images * fraction - 0.5));

/** How a class will be divided. */
export function splitOfClass({ train, test }: { train: number; test: number }): Split {
  const held = heldOut(train);
  return { learn: train - held, held, test };
}

/** How a dataset will be divided: each class by itself. */
export function splitOf(dataset: Pick<Dataset, 'classes'>): Split {
  const sum = { learn: 0, held: 0, test: 0 };
  for (const { learn, held, test } of dataset.classes.map(splitOfClass)) {
    sum.learn += learn;
    sum.held += held;
    sum.test += test;
  }
  return sum;
}

/** A division in words. */
export const splitWords = ({ learn, held, test }: Split): string =>
  `${count(learn)} to learn from, ${count(held)} held out${test === 0 ? '' : `, ${count(test)} to test`}`;

/** What a dataset is, in a sentence. */
export function datasetWords(dataset: Dataset): string {
  const images = dataset.trainImages + dataset.testImages;
  return `${counted(images, 'picture')} of ${counted(dataset.classes.length, 'class', 'classes')}: ${splitWords(splitOf(dataset))}.`;
}
