import { count, percent } from './formats';

const halfSure = 0.5;

/** What a network answers, in a sentence: "This is a circle, 97.1 % sure." */
export const answerWords = (label: string, probability: number): string =>
  `${probability >= halfSure ? 'This is' : 'This may be'} ${withArticle(label)}, ${percent(probability)} sure.`;

/** Whether the answer is the truth, in words. */
export const truthWords = (label: string, truth: string): string =>
  label === truth ? `That is right: it is ${withArticle(truth)}.` : `That is wrong: it is ${withArticle(truth)}.`;

/** A class with its article: a circle, an arrow, an 8. */
export const withArticle = (label: string): string =>
  `${/^([aeiou]|8|1[18](\D|$))/i.test(label) ? 'an' : 'a'} ${label}`;

/** Which parameters answered, while the run may still find better ones. */
export const answeredBy = (iteration: number, isOpen: boolean): string =>
  isOpen
    ? `It is not done training; this answer is of the best so far, iteration ${count(iteration)}.`
    : `By its best parameters, of iteration ${count(iteration)}.`;
