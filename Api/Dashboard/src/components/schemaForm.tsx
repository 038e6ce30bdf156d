import { type ComponentChildren, createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { setting } from '../logic/formats';
import {
  choicesOf,
  controlOf,
  defaultOf,
  fieldsOf,
  firstSentence,
  hintOf,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  labelOf,
  numberOf,
  pathOf,
  resolve,
  type Schema,
  type Schemas,
  withField,
} from '../logic/schema';
import { Field } from './basics';
import { SchemaList } from './schemaList';

/** What all fields of a form share. */
export interface FormFacts {
  schemas: Schemas;
  /** What the service has against which field, by path. */
  problems: Readonly<Record<string, readonly string[]>>;
  /** What is known of an item of a list, shown beside it, by path. */
  beside: Readonly<Record<string, string>>;
  /** What a kind begins with when it is chosen, as complete values that are known to work. */
  examples: Readonly<Record<string, readonly Json[]>>;
  /** What is shown in the place of a value, by path. */
  instead: Readonly<Record<string, ComponentChildren>>;
}

export const Form = createContext<FormFacts>({ schemas: {}, problems: {}, beside: {}, examples: {}, instead: {} });

interface Part<T extends Json | undefined> {
  schema: Schema;
  value: T;
  path: string;
  /** What holds where the value is left out, as far as the service has told it. */
  holds?: Json | undefined;
  onChange: (value: T) => void;
}

/** The fields of a record: simple ones side by side, then those that have fields of their own. */
export function SchemaFields({
  schema,
  value,
  path,
  holds,
  onChange,
  without = [],
}: Part<JsonObject> & { without?: readonly string[] }) {
  const { schemas } = useContext(Form);
  const fields = fieldsOf(schema)
    .filter(([name]) => !without.includes(name))
    .map(([name, field]) => [name, resolve(schemas, field)] as const);
  const isSimple = (field: Schema) => !['kinds', 'group', 'list'].includes(controlOf(field));
  const show = ([name, field]: readonly [string, Schema]) => (
    <SchemaField
      key={name}
      name={name}
      schema={field}
      needed={!!schema.required?.includes(name)}
      value={value[name]}
      path={pathOf(path, name)}
      holds={isObject(holds) ? holds[name] : undefined}
      onChange={changed => onChange(withField(value, name, changed))}
    />
  );
  const simple = fields.filter(([, field]) => isSimple(field));
  return (
    <>
      {simple.length > 0 && <div class="fields">{simple.map(show)}</div>}
      {fields.filter(([, field]) => !isSimple(field)).map(show)}
    </>
  );
}

type Named = Part<Json | undefined> & { name: string; needed: boolean };

function SchemaField(part: Named) {
  switch (controlOf(part.schema)) {
    case 'kinds':
    case 'group':
      return <KindsField {...part} />;
    case 'list':
      return <ListField {...part} />;
    case 'choice':
      return <ChoiceField {...part} />;
    default:
      return <TextField {...part} />;
  }
}

function defaultWords({ holds, schema, needed }: Named): string {
  if (typeof holds === 'number') return setting(holds);
  if (typeof holds === 'string' || typeof holds === 'boolean') return String(holds);
  return defaultOf(schema) ?? (needed ? 'needed' : 'left out');
}

function TextField(part: Named) {
  const { schema, value, name, path, onChange } = part;
  const { problems } = useContext(Form);
  const isNumber = controlOf(schema) === 'number';
  const read = (typed: string) => (isNumber ? numberOf(typed) : typed === '' ? undefined : typed);
  const [typed, setTyped] = useState('');
  // What was typed stays as it is while it means the value: 0.0 may become 0.01.
  const shown = read(typed) === value ? typed : String(value ?? '');
  return (
    <Field label={labelOf(name)} hint={hintOf(schema)} wrong={problems[path]}>
      {attributes => (
        <input
          {...attributes}
          autocomplete="off"
          inputMode={isNumber ? 'decimal' : undefined}
          maxLength={schema.maxLength}
          placeholder={defaultWords(part)}
          value={shown}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value);
            onChange(read(currentTarget.value));
          }}
        />
      )}
    </Field>
  );
}

function ChoiceField(part: Named) {
  const { schema, value, name, path, onChange } = part;
  const { problems } = useContext(Form);
  const choices = choicesOf(schema);
  const told = defaultWords(part);
  const words = choices.find(([, choice]) => String(choice) === told)?.[0] ?? told;
  return (
    <Field label={labelOf(name)} hint={hintOf(schema)} wrong={problems[path]}>
      {attributes => (
        <select
          {...attributes}
          value={choices.find(([, choice]) => choice === value)?.[0] ?? ''}
          onChange={({ currentTarget }) => onChange(choices.find(([text]) => text === currentTarget.value)?.[1])}
        >
          <option value="">Default: {words}</option>
          {choices.map(([text]) => (
            <option key={text}>{text}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

// A record of one of several kinds, or one that may be left out.
function KindsField(part: Named) {
  const { schema, value, name, path, holds, onChange } = part;
  const { schemas, problems, examples, instead } = useContext(Form);
  const kind = schema.discriminator ? kindOf(schemas, schema, value) : value === undefined ? undefined : schema;
  const heldType = isObject(holds) ? holds.type : undefined;
  const choose = (type: string) => {
    const known = [holds, ...(examples[path] ?? [])].find(example => isObject(example) && example.type === type);
    onChange(type === '' ? undefined : schema.discriminator ? (known ?? { type }) : (holds ?? {}));
  };
  return (
    <div class="schema-kinds">
      <Field label={labelOf(name)} hint={firstSentence(kind?.description ?? schema.description)} wrong={problems[path]}>
        {attributes => (
          <select
            {...attributes}
            value={isObject(value) ? String(value.type ?? 'given') : ''}
            onChange={({ currentTarget }) => choose(currentTarget.value)}
          >
            <option value="">
              {typeof heldType === 'string'
                ? `Left out: ${heldType}`
                : isObject(holds)
                  ? 'Left out: as the preset has it'
                  : 'Left out'}
            </option>
            {Object.keys(schema.discriminator?.mapping ?? { given: '' }).map(type => (
              <option key={type}>{type}</option>
            ))}
          </select>
        )}
      </Field>
      {kind && isObject(value) && (
        <fieldset class="inner" aria-label={labelOf(name)}>
          <SchemaFields
            schema={kind}
            value={value}
            path={path}
            holds={isObject(holds) && holds.type === value.type ? holds : undefined}
            onChange={onChange}
          />
        </fieldset>
      )}
      {instead[path]}
    </div>
  );
}

function ListField({ schema, value, name, path, holds, onChange }: Named) {
  const { problems } = useContext(Form);
  const items = Array.isArray(value) ? value : Array.isArray(holds) ? holds : [];
  return (
    <fieldset class="schema-kinds">
      <legend>{labelOf(name)}</legend>
      <p class="quiet">{hintOf(schema)}</p>
      {problems[path] && <p class="wrong">{problems[path].join(' ')}</p>}
      <SchemaList item={schema.items ?? {}} value={items} path={path} onChange={onChange} />
    </fieldset>
  );
}
