import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fitting, Prediction, Run } from '../../api/types';
import { Bars, Failure } from '../../components/basics';
import { Fitted } from '../../components/fitted';
import { useObjectUrl } from '../../components/picture';
import { useOfModel } from '../../components/useOfModel';
import { answeredBy, answerWords, truthWords } from '../../logic/answers';
import { count, percent } from '../../logic/formats';
import { isOpen } from '../../logic/runs';
import { notYetWords } from './notYet';
import { type PredictOptions, predictOne, refusalOfPicture } from './predict';

/** A picture that the network is asked about; of test pictures the truth is known. */
export interface Given {
  blob: Blob;
  name: string;
  truth?: string;
  /** A drawing goes on: the answer before stays until the next one is there. */
  isDrawing?: boolean;
}

const firstBars = 20;

/** What the network says of a picture, and what it saw. */
export function Answer({
  run,
  given,
  ...how
}: {
  run: Run;
  given: Given | undefined;
  options: PredictOptions;
  fitting: Fitting;
  isGrey: boolean;
}) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (given) place.current?.scrollIntoView({ block: 'nearest' });
  }, [given?.name]);
  return (
    <section class="card answer" ref={place}>
      <h2>Its answer</h2>
      {given ? (
        <Answered run={run} given={given} {...how} />
      ) : (
        <p class="quiet">It stands here once it has a picture.</p>
      )}
    </section>
  );
}

function Answered({
  run,
  given,
  options,
  fitting,
  isGrey,
}: {
  run: Run;
  given: Given;
  options: PredictOptions;
  fitting: Fitting;
  isGrey: boolean;
}) {
  const { value, error, waits } = useOfModel<{ of: Given; told: Prediction }>(
    run,
    async signal => ({ of: given, told: await predictOne(run, given.blob, options, signal) }),
    [run.id, run.bestIteration, isOpen(run), given.blob, options.resize, options.testTimeAugmentation],
  );
  const prediction = value?.told.predictions[0];
  const isStale = value !== undefined && value.of.blob !== given.blob && !(given.isDrawing && value.of.isDrawing);
  const isRight = given.truth === undefined || prediction?.label === given.truth;
  return (
    <>
      {error && !waits ? (
        <Failure error={refusalOfPicture(error) ?? error} />
      ) : !prediction || isStale ? (
        <p role="status">{waits ? notYetWords(run) : 'Looking at it…'}</p>
      ) : (
        <div role="status">
          <p class="said">{answerWords(prediction.label, prediction.probability)}</p>
          {given.truth !== undefined && (
            <p class={isRight ? 'is-right' : 'is-wrong'}>{truthWords(prediction.label, given.truth)}</p>
          )}
        </div>
      )}
      <div class="seen">
        <figure>
          <Original given={given} />
          <figcaption class="quiet">{given.name}</figcaption>
        </figure>
        <figure>
          <Fitted picture={given.blob} size={run.size} fitting={fitting} isGrey={isGrey} />
          <figcaption class="quiet">
            What the network gets: {run.size} by {run.size} pixels{isGrey ? ', grey' : ''}. This is the browser's
            rendering; the service makes its own.
          </figcaption>
        </figure>
      </div>
      {value && prediction && !error && !isStale && (
        <>
          <Bars items={prediction.top.slice(0, firstBars).map(bar)} />
          {prediction.top.length > firstBars && (
            <details>
              <summary>The other {count(prediction.top.length - firstBars)} classes</summary>
              <Bars items={prediction.top.slice(firstBars).map(bar)} />
            </details>
          )}
          <p class="quiet">{answeredBy(value.told.iteration, isOpen(run))}</p>
        </>
      )}
    </>
  );
}

const bar = ({ label, probability }: { label: string; probability: number }) => ({
  label,
  share: probability,
  text: percent(probability),
});

function Original({ given }: { given: Given }) {
  const url = useObjectUrl(given.blob);
  const [failed, setFailed] = useState<Blob>();
  if (failed === given.blob) return <p class="quiet">This browser cannot show it.</p>;
  if (!url) return null;
  return (
    <img class="pixels shown" src={url} alt={`The picture: ${given.name}`} onError={() => setFailed(given.blob)} />
  );
}
