import type { Fitting } from '../../api/types';
import { Field } from '../../components/basics';
import { setQuery } from '../../router';

const resizes = {
  squash: 'Squash: changes its proportions',
  crop: 'Crop: takes the square in its middle',
  pad: 'Pad: keeps all of it, and fills up the sides',
};

const views = {
  none: 'The picture alone',
  mirror: 'The picture and its mirror image',
  'mirror-translate': 'Six views: moved a little, and mirrored',
};

/** How pictures are looked at, for those who ask. */
export function PredictOptions({
  fitting,
  query,
  trained,
}: {
  fitting: Fitting | undefined;
  query: URLSearchParams;
  /** The views that the run was evaluated with. */
  trained: keyof typeof views | undefined;
}) {
  const usual = fitting?.resize ?? 'none';
  return (
    <details open={query.has('resize') || query.has('views')}>
      <summary>Advanced</summary>
      <div class="fields">
        <Field label="Pictures of another size" hint={usual === 'none' && 'It has learned from pictures of one size.'}>
          {attributes => (
            <Choose
              {...attributes}
              name="resize"
              query={query}
              words={resizes}
              left={usual === 'none' ? 'Squash them' : `As the dataset: ${usual}`}
            />
          )}
        </Field>
        <Field label="Views of a picture" hint="More views are a little surer, and slower.">
          {attributes => (
            <Choose
              {...attributes}
              name="views"
              query={query}
              words={views}
              left={`As it was measured: ${views[trained ?? 'none'].toLowerCase()}`}
            />
          )}
        </Field>
      </div>
    </details>
  );
}

// The value lives in the address; the first option leaves it out.
function Choose({
  name,
  query,
  words,
  left,
  ...attributes
}: {
  name: string;
  query: URLSearchParams;
  words: Record<string, string>;
  left: string;
  id: string;
  'aria-describedby': string;
}) {
  return (
    <select
      id={attributes.id}
      aria-describedby={attributes['aria-describedby']}
      value={query.get(name) ?? ''}
      onChange={event => setQuery({ [name]: event.currentTarget.value })}
    >
      <option value="">{left}</option>
      {Object.entries(words).map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
