import { useEffect, useRef } from 'preact/hooks';
import { Problem } from '../api/client';
import { RefusedUpload } from '../api/upload';
import type { Choice } from '../logic/choice';
import { wrongName } from '../logic/datasetNames';
import { bytes, counted } from '../logic/formats';
import { Button, Failure, Field } from './basics';
import { FittingExample } from './fittingExample';
import { Refused } from './refused';
import { type UploadFields, uploads } from './uploads';

const ways: readonly [UploadFields['resize'], string][] = [
  ['squash', 'Squash: all of the picture, out of proportion'],
  ['crop', 'Crop: the square in the middle'],
  ['pad', 'Pad: all of the picture, with a border'],
  ['false', 'Refuse pictures of another size'],
];

const [smallest, largest] = [8, 128];

/** What was chosen, the name that it gets, and behind "Advanced" what becomes of the pictures. */
export function UploadForm({
  choice,
  fields,
  taken,
  error,
}: {
  choice: Choice;
  fields: UploadFields;
  taken: readonly string[];
  error?: unknown;
}) {
  const chosen = useRef<HTMLParagraphElement>(null);
  useEffect(() => chosen.current?.focus(), []);
  const told = error instanceof Problem ? error.errors : {};
  const nameFault = wrongName(fields.name, taken);
  const sizeFault =
    Number.isInteger(fields.size) && fields.size >= smallest && fields.size <= largest
      ? undefined
      : `The size is a whole number from ${smallest} to ${largest}.`;
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        void uploads.send();
      }}
    >
      <p ref={chosen} tabIndex={-1}>
        <strong>{choice.from}</strong>: {choice.ends && `${counted(choice.ends.length, 'file')}, `}
        {bytes(choice.content.size)}
      </p>
      <Field
        label="Name of the dataset"
        hint="a to z, 0 to 9 and -"
        wrong={told.name ?? (nameFault === undefined ? undefined : [nameFault])}
      >
        {attributes => (
          <input
            {...attributes}
            value={fields.name}
            autocomplete="off"
            onInput={event => uploads.edit({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <details open={'size' in told || 'resize' in told || 'background' in told}>
        <summary>Advanced: {summary(fields)}</summary>
        <div class="stack advanced">
          <fieldset class="stack">
            <legend>Pictures of another size</legend>
            {ways.map(([way, words]) => (
              <label key={way} class="one-of">
                <input
                  type="radio"
                  name="resize"
                  value={way}
                  checked={fields.resize === way}
                  onChange={() => uploads.edit({ resize: way })}
                />
                {words}
              </label>
            ))}
          </fieldset>
          <div class="fields">
            <Field
              label="Height and width"
              hint="Pixels that the network sees; more take longer to learn."
              wrong={told.size ?? (sizeFault === undefined ? undefined : [sizeFault])}
            >
              {attributes => (
                <input
                  {...attributes}
                  type="number"
                  min={smallest}
                  max={largest}
                  value={Number.isNaN(fields.size) ? '' : fields.size}
                  onInput={event => uploads.edit({ size: event.currentTarget.valueAsNumber })}
                />
              )}
            </Field>
            <Field
              label="Background"
              hint="What transparent pixels lie on, and the border of pad."
              wrong={told.background}
            >
              {attributes => (
                <input
                  {...attributes}
                  type="color"
                  value={fields.background}
                  onInput={event => uploads.edit({ background: event.currentTarget.value })}
                />
              )}
            </Field>
          </div>
          {sizeFault === undefined && <FittingExample sample={choice.sample} {...fields} />}
        </div>
      </details>
      <div class="row">
        <Button type="submit" kind="primary" off={nameFault === undefined ? sizeFault : 'It needs another name first.'}>
          Upload
        </Button>
        <Button onPress={() => uploads.forget()}>Choose something else</Button>
      </div>
      <Failure error={error} shown={['name', 'size', 'resize', 'background', 'file']} />
      {error instanceof RefusedUpload && <Refused files={error.files} count={error.count} />}
    </form>
  );
}

function summary({ size, resize }: UploadFields): string {
  return resize === 'false' ? `pictures of ${size}x${size} only` : `${resize} pictures to ${size}x${size}`;
}
