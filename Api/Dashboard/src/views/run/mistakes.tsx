import { useEffect, useRef, useState } from 'preact/hooks';
import { ofRun } from '../../api/runs';
import type { Mistake, Page, Run } from '../../api/types';
import { Button, Failure } from '../../components/basics';
import { PictureGrid, Sprite, useSheet } from '../../components/pictureGrid';
import { useOfModel } from '../../components/useOfModel';
import { withArticle } from '../../logic/answers';
import { count, counted, percent } from '../../logic/formats';
import { setQuery } from '../../router';

const pageLength = 200;
const largeSide = 256;

/**
 * Pictures that were taken for another class, the surest first: of one cell of the matrix, or of all.
 *
 * @param name - What the address calls the chosen picture.
 * @param inputs - When one of them changes, it is measured again.
 */
export function Mistakes({
  run,
  of,
  query,
  name,
  inputs,
  onClose,
}: {
  run: Run;
  of?: { label: string; predicted: string };
  query: URLSearchParams;
  name: string;
  inputs: readonly unknown[];
  onClose?: () => void;
}) {
  const place = useRef<HTMLElement>(null);
  const [pages, setPages] = useState(['']);
  const after = pages.at(-1) as string;
  const path = pathOf(of, after);
  const { value, error } = useOfModel<Page<Mistake> & { path: string }>(
    run,
    async signal => ({ ...(await ofRun<Page<Mistake>>(run, path, signal)), path }),
    [path, ...inputs],
  );
  const isThere = value !== undefined;
  useEffect(() => {
    if (of && isThere) place.current?.scrollIntoView({ block: 'nearest' });
  }, [isThere]);
  const before = pageLength * (pages.length - 1);
  return (
    <section class="card" ref={place}>
      <div class="row between">
        <h2>
          {of
            ? `Is ${withArticle(of.label)}, taken for ${withArticle(of.predicted)}`
            : 'Worst mistakes over all classes'}
        </h2>
        {onClose && <Button onPress={onClose}>Close</Button>}
      </div>
      <Failure error={error} />
      {!value && !error && <p role="status">Looking for them…</p>}
      {value && !error && (
        <>
          <p class="quiet" role="status">
            {value.items.length === 0
              ? 'There is no such picture.'
              : `${before === 0 && !value.next ? counted(value.items.length, 'picture') : `Pictures ${count(before + 1)} to ${count(before + value.items.length)}`}, the surest mistake first. Arrow keys walk through them.`}
          </p>
          {value.items.length > 0 && (
            <Shown key={value.path} run={run} mistakes={value.items} query={query} name={name} of={of} />
          )}
          <div class="row">
            {pages.length > 1 && <Button onPress={() => setPages(pages.slice(0, -1))}>The {pageLength} before</Button>}
            {value.next && <Button onPress={() => setPages([...pages, value.next as string])}>The next ones</Button>}
          </div>
        </>
      )}
    </section>
  );
}

function pathOf(of: { label: string; predicted: string } | undefined, after: string): string {
  const query = new URLSearchParams({ limit: `${pageLength}` });
  if (of) query.set('true', of.label);
  if (of) query.set('predicted', of.predicted);
  if (after !== '') query.set('after', after);
  return `mistakes?${query}`;
}

function Shown({
  run,
  mistakes,
  query,
  name,
  of,
}: {
  run: Run;
  mistakes: readonly Mistake[];
  query: URLSearchParams;
  name: string;
  of: { label: string; predicted: string } | undefined;
}) {
  const sheet = useSheet(
    run.dataset,
    'train',
    run.size,
    mistakes.map(mistake => mistake.index),
  );
  const at = Math.max(
    0,
    mistakes.findIndex(mistake => `${mistake.index}` === query.get(name)),
  );
  const chosen = mistakes[at] as Mistake;
  const choices = mistakes.map(mistake => ({
    index: mistake.index,
    words: words(mistake),
    caption: of ? percent(mistake.probability) : `${mistake.predicted}\n${percent(mistake.probability)}`,
  }));
  return (
    <div class="picked">
      <figure>
        <Sprite sheet={sheet} at={at} side={largeSide} alt={words(chosen)} />
        <figcaption aria-live="polite">
          It is <strong>{withArticle(chosen.label)}</strong>, and was taken for{' '}
          <strong>{withArticle(chosen.predicted)}</strong>, {percent(chosen.probability)} sure.{' '}
          <span class="quiet">Picture {count(chosen.index)} of the training part, held out.</span>
        </figcaption>
      </figure>
      <PictureGrid
        sheet={sheet}
        choices={choices}
        chosen={chosen.index}
        label={of ? `Pictures of ${of.label} taken for ${of.predicted}` : 'Worst mistakes'}
        onChoose={index => setQuery({ [name]: `${index}` })}
      />
    </div>
  );
}

const words = ({ label, predicted, probability }: Mistake): string =>
  `${withArticle(label)} taken for ${withArticle(predicted)}, ${percent(probability)} sure`;
