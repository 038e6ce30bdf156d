import { useEffect, useMemo, useState } from 'preact/hooks';
import { ask, get } from '../../api/client';
import type { Dataset, DatasetImage, Page } from '../../api/types';
import { Button, Failure, Field } from '../../components/basics';
import { PictureGrid, useSheet } from '../../components/pictureGrid';
import { useLoaded } from '../../components/useLoaded';
import { withArticle } from '../../logic/answers';
import { spread } from '../../logic/spread';
import { setQuery } from '../../router';
import type { Given } from './answer';

const shownAtOnce = 48;
const listed = 1000; // the most that the service lists at once

/** Pictures of the dataset to try, with their truth. */
export function TestPictures({
  dataset,
  query,
  onGiven,
}: {
  dataset: Dataset;
  query: URLSearchParams;
  onGiven: (given: Given) => void;
}) {
  const part = dataset.testImages > 0 ? 'test' : 'train';
  const path = `api/datasets/${encodeURIComponent(dataset.name)}/images`;
  const label = query.get('class') ?? '';
  const [turn, setTurn] = useState(0);
  const { value: images, error } = useLoaded<Page<DatasetImage>>(
    signal => get(`${path}?${new URLSearchParams({ part, limit: `${listed}`, ...(label && { label }) })}`, signal),
    [path, part, label],
  );
  const shown = useMemo(() => spread(images?.items ?? [], shownAtOnce, turn), [images, turn]);
  const sheet = useSheet(
    dataset.name,
    part,
    dataset.size,
    shown.map(image => image.index),
  );
  const chosen = indexOf(query);
  const picked = useLoaded<Given | undefined>(
    async signal => {
      if (chosen === undefined) return undefined;
      const blob = await (await ask(`${path}/${chosen}.png?part=${part}`, { signal })).blob();
      const known = images?.items.find(image => image.index === chosen) ?? (await imageAt(path, part, chosen, signal));
      return {
        blob,
        name: `${part === 'test' ? 'test' : 'training'} picture ${chosen}`,
        ...(known && { truth: known.label }),
      };
    },
    [path, part, chosen],
  );
  useEffect(() => {
    if (picked.value && chosen !== undefined) onGiven(picked.value);
  }, [picked.value]);
  return (
    <section class="card test-pictures">
      <div class="row between">
        <h2>{part === 'test' ? 'Test pictures' : 'Training pictures'}</h2>
        <Button onPress={() => setTurn(turn + 1)}>Show others</Button>
      </div>
      <p class="quiet">
        {part === 'test'
          ? 'It has never seen these. Pick one; its truth stands beside the answer.'
          : 'There is no test part. It has learned from most of these, so it is better on them than on new ones.'}
      </p>
      <Field label="Class">
        {({ id }) => (
          <select id={id} value={label} onChange={event => setQuery({ class: event.currentTarget.value })}>
            <option value="">All</option>
            {dataset.classes.map(each => (
              <option key={each.label} value={each.label}>
                {each.label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Failure error={error ?? picked.error} />
      {images?.items.length === 0 && <p>There is no picture of this class in the {part} part.</p>}
      <PictureGrid
        sheet={sheet}
        choices={shown.map(image => ({
          index: image.index,
          words: `${withArticle(image.label)}, picture ${image.index}`,
        }))}
        chosen={chosen}
        label={`${part} pictures`}
        onChoose={index => setQuery({ picture: `${index}` })}
      />
    </section>
  );
}

const indexOf = (query: URLSearchParams): number | undefined =>
  /^\d+$/.test(query.get('picture') ?? '') ? Number(query.get('picture')) : undefined;

// The list goes on after a place, so the one before it is asked for.
async function imageAt(
  path: string,
  part: string,
  index: number,
  signal: AbortSignal,
): Promise<DatasetImage | undefined> {
  const after = index === 0 ? '' : `&after=${index - 1}`;
  return (await get<Page<DatasetImage>>(`${path}?part=${part}&limit=1${after}`, signal)).items[0];
}
