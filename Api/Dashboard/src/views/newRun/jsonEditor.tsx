import { useState } from 'preact/hooks';
import { Field } from '../../components/basics';
import { isObject, type Json, type JsonObject } from '../../logic/schema';

/** The spec as JSON; a text that is no object is told as it stands. */
export function JsonEditor({
  spec,
  broken,
  wrong,
  onChange,
  onBreak,
}: {
  spec: JsonObject;
  broken: string | undefined;
  wrong: readonly string[] | undefined;
  onChange: (spec: JsonObject) => void;
  onBreak: (text: string) => void;
}) {
  const [typed, setTyped] = useState('');
  const meant = read(typed);
  // Its own line breaks and order stay while it means the spec.
  const text = broken ?? (isSame(meant, spec) ? typed : JSON.stringify(spec, null, 2));
  return (
    <Field
      label="The spec as JSON"
      hint="What is left out has the default of the preset or of the service."
      wrong={wrong}
    >
      {attributes => (
        <textarea
          {...attributes}
          rows={24}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value);
            const value = read(currentTarget.value);
            if (isObject(value)) onChange(value);
            else onBreak(currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

function read(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const isSame = (one: Json | undefined, other: JsonObject): boolean =>
  isObject(one) &&
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, value]) => JSON.stringify(value) === JSON.stringify(other[name]));
