import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { Dataset, Run } from '../../api/types';
import { Notice } from '../../components/basics';
import { useLoaded } from '../../components/useLoaded';
import { fittingOf } from '../../logic/fitting';
import { hasModel } from '../../logic/runs';
import { setQuery, useAddress } from '../../router';
import { Answer, type Given } from './answer';
import { Drawing } from './drawing';
import { GivePictures } from './givePictures';
import { ManyAnswers } from './manyAnswers';
import { NotYet } from './notYet';
import { PredictOptions } from './predictOptions';
import { TestPictures } from './testPictures';

/** Pictures for the run's network, and what it says of them. */
export function TryIt({ run }: { run: Run }) {
  return hasModel(run) ? <Trying run={run} /> : <NotYet run={run} />;
}

function Trying({ run }: { run: Run }) {
  const dataset = useDataset(run);
  const { query } = useAddress();
  const [given, setGiven] = useState<Given>();
  const [many, setMany] = useState<readonly File[]>();
  const fitting = fittingOf(dataset.value?.fitting, resizeOf(query));
  const options = {
    // What the run kept applies by itself; where that refuses other sizes, the picture is fitted all the same.
    resize: resizeOf(query) ?? (dataset.value?.fitting?.resize === 'none' ? fitting.resize : undefined),
    testTimeAugmentation: query.get('views') ?? undefined,
  };
  const give = (files: readonly File[]) => {
    setQuery({ picture: undefined });
    const [first, ...others] = files;
    setMany(others.length > 0 ? files : undefined);
    setGiven(first && others.length === 0 ? { blob: first, name: first.name } : undefined);
  };
  return (
    <>
      <div class="try">
        <div class="stack">
          <section class="card">
            <h2>Give it a picture, and it says what it is</h2>
            <GivePictures onFiles={give} />
            {dataset.value?.channels === 1 && (
              <Drawing
                size={run.size}
                isDark={(dataset.value.mean[0] ?? 0) <= 0.5}
                onDrawn={blob => {
                  setQuery({ picture: undefined });
                  setGiven(blob && { blob, name: 'your drawing', isDrawing: true });
                }}
              />
            )}
            <PredictOptions fitting={dataset.value?.fitting} query={query} trained={run.spec.testTimeAugmentation} />
          </section>
        </div>
        <Answer run={run} given={given} options={options} fitting={fitting} isGrey={dataset.value?.channels === 1} />
        {dataset.value && <TestPictures dataset={dataset.value} query={query} onGiven={setGiven} />}
        {dataset.isGone && (
          <Notice>Its dataset is not there any more, so there are no test pictures to pick. Bring your own.</Notice>
        )}
      </div>
      {many && <ManyAnswers key={many} run={run} files={many} options={options} onPicture={setGiven} />}
    </>
  );
}

// The run's dataset, while it is there with the content that the run was trained on.
function useDataset(run: Run): { value: Dataset | undefined; isGone: boolean } {
  const { value, error } = useLoaded<Dataset>(
    signal => get(`api/datasets/${encodeURIComponent(run.dataset)}`, signal),
    [run.dataset],
  );
  const isOther = value !== undefined && value.sha256 !== run.datasetSha256;
  return { value: isOther ? undefined : value, isGone: isOther || error !== undefined };
}

const resizeOf = (query: URLSearchParams) =>
  (['squash', 'crop', 'pad'] as const).find(resize => resize === query.get('resize'));
