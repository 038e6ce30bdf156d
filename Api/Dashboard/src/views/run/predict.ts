import { Problem, post } from '../../api/client';
import type { Prediction, Run } from '../../api/types';

/** How pictures are looked at; what is left out is as the run was trained. */
export interface PredictOptions {
  resize: string | undefined;
  testTimeAugmentation: string | undefined;
}

const allClasses = 1_000_000; // the service tells at most all

/** Asks a run's model for the classes of one picture, all of them with their probabilities. */
export const predictOne = (
  run: Run,
  picture: Blob,
  options: PredictOptions,
  signal: AbortSignal,
): Promise<Prediction> =>
  // The service looks at the bytes; browsers leave the type of what they do not know empty.
  post(address(run, options, allClasses), typed(picture), signal);

/** Asks for the surest class of each of several pictures; the parts of the request are named by their places, from 0. */
export function predictMany(
  run: Run,
  pictures: readonly Blob[],
  options: PredictOptions,
  signal: AbortSignal,
): Promise<Prediction> {
  const form = new FormData();
  pictures.forEach((picture, at) => {
    form.append('file', picture, `${at}`);
  });
  return post(address(run, options, 1), form, signal);
}

/** A refusal of the picture, which is the whole body, as a sentence; undefined for other errors. */
export function refusalOfPicture(error: unknown): string | undefined {
  const words = error instanceof Problem ? error.errors.body : undefined;
  return words && `This picture ${words.join(' ')}`;
}

const typed = (picture: Blob): Blob =>
  picture.type.startsWith('image/') ? picture : new Blob([picture], { type: 'application/octet-stream' });

function address(run: Run, { resize, testTimeAugmentation }: PredictOptions, topK: number): string {
  const query = new URLSearchParams({ topK: `${topK}` });
  if (resize) query.set('resize', resize);
  if (testTimeAugmentation) query.set('testTimeAugmentation', testTimeAugmentation);
  return `api/runs/${run.id}/predict?${query}`;
}
