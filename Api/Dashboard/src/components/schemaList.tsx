import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import {
  defaultOf,
  firstSentence,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  labelOf,
  pathOf,
  resolve,
  type Schema,
} from '../logic/schema';
import { Button, Field } from './basics';
import { Form, SchemaFields } from './schemaForm';

/** A list of records of several kinds: add, remove, move, and the fields of each. */
export function SchemaList({
  item,
  value,
  path,
  onChange,
}: {
  item: Schema;
  value: readonly Json[];
  path: string;
  onChange: (value: readonly Json[]) => void;
}) {
  const { schemas } = useContext(Form);
  const schema = resolve(schemas, item);
  const kinds = Object.keys(schema.discriminator?.mapping ?? {});
  const list = useId();
  const [added, setAdded] = useState(kinds[0] ?? '');
  const [told, setTold] = useState('');
  const keys = useKeys(value.length);
  const focus = useFocusNext();
  const addId = `${list}-add`;

  const add = () => {
    onChange([...value, { type: added }]);
    setTold(`${added} added at place ${value.length + 1}.`);
  };
  const remove = (at: number) => {
    keys.remove(at);
    onChange(value.toSpliced(at, 1));
    setTold(`${typeOf(value[at])} removed.`);
    focus(addId);
  };
  const move = (at: number, by: 1 | -1) => {
    const to = at + by;
    keys.swap(at, to);
    onChange(value.with(at, value[to] as Json).with(to, value[at] as Json));
    setTold(`${typeOf(value[at])} moved to place ${to + 1}.`);
    const name = `${list}-${keys.at(to)}`;
    focus(`${name}-${by < 0 ? 'up' : 'down'}`, `${name}-${by < 0 ? 'down' : 'up'}`);
  };

  return (
    <>
      <ol class="schema-list">
        {value.map((each, at) => {
          const id = `${list}-${keys.at(at)}`;
          return (
            <li key={keys.at(at)}>
              <Item
                schema={schema}
                value={isObject(each) ? each : {}}
                path={pathOf(path, at)}
                place={at + 1}
                onChange={changed => onChange(value.with(at, changed))}
              >
                {at > 0 && (
                  <Button id={`${id}-up`} onPress={() => move(at, -1)}>
                    Move up
                  </Button>
                )}
                {at < value.length - 1 && (
                  <Button id={`${id}-down`} onPress={() => move(at, 1)}>
                    Move down
                  </Button>
                )}
                <Button kind="danger" onPress={() => remove(at)}>
                  Remove
                </Button>
              </Item>
            </li>
          );
        })}
      </ol>
      <div class="row">
        <select aria-label="What to add" value={added} onChange={({ currentTarget }) => setAdded(currentTarget.value)}>
          {kinds.map(kind => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
        <Button id={addId} onPress={add}>
          Add
        </Button>
        <span class="quiet" role="status">
          {told}
        </span>
      </div>
    </>
  );
}

const typeOf = (value: Json | undefined) => (isObject(value) ? String(value.type) : 'Item');

function Item({
  schema,
  value,
  path,
  place,
  onChange,
  children,
}: {
  schema: Schema;
  value: JsonObject;
  path: string;
  place: number;
  onChange: (value: JsonObject) => void;
  children: ComponentChildren;
}) {
  const { schemas, problems, beside } = useContext(Form);
  const kind = kindOf(schemas, schema, value);
  const wrong = Object.entries(problems).filter(([field]) => field === path || field.startsWith(`${path}.`));
  const needsLook = wrong.length > 0;
  const [chosen, setChosen] = useState<boolean>();
  const open = chosen ?? needsLook;
  return (
    <details open={open} onToggle={({ currentTarget }) => setChosen(currentTarget.open)}>
      <summary>
        <strong>
          {place}. {typeOf(value)}
        </strong>{' '}
        <span class="quiet">{settingsOf(value, kind)}</span>
        {beside[path] && <span class="schema-beside">{beside[path]}</span>}
        {needsLook && !open && <span class="wrong">{wrong.flatMap(([, words]) => words).join(' ')}</span>}
      </summary>
      {open && (
        <div class="stack">
          <div class="row">
            <Field label="Kind" hint={firstSentence(kind?.description)} wrong={problems[path]}>
              {attributes => (
                <select
                  {...attributes}
                  value={typeOf(value)}
                  onChange={({ currentTarget }) => onChange({ type: currentTarget.value })}
                >
                  {Object.keys(schema.discriminator?.mapping ?? {}).map(type => (
                    <option key={type}>{type}</option>
                  ))}
                </select>
              )}
            </Field>
            {children}
          </div>
          {kind && <SchemaFields schema={kind} value={value} path={path} onChange={onChange} />}
        </div>
      )}
    </details>
  );
}

// The settings of an item that are not the default, in a line.
function settingsOf(value: JsonObject, kind: Schema | undefined): string {
  return Object.entries(value)
    .filter(([name, set]) => name !== 'type' && String(set) !== defaultOf(kind?.properties?.[name] ?? {}))
    .map(([name, set]) =>
      Array.isArray(set) ? set.map(typeOf).join(', ') : `${labelOf(name).toLowerCase()} ${String(set)}`,
    )
    .join(', ');
}

// Items have no names, so each gets a key that moves with it: what is open stays open.
function useKeys(length: number) {
  const keys = useRef<number[]>([]);
  const next = useRef(0);
  while (keys.current.length < length) keys.current.push(next.current++);
  keys.current.length = length;
  return {
    at: (place: number) => keys.current[place],
    remove: (place: number) => keys.current.splice(place, 1),
    swap: (one: number, other: number) => {
      [keys.current[one], keys.current[other]] = [keys.current[other] as number, keys.current[one] as number];
    },
  };
}

// Puts the focus, after the next drawing, on the first of some elements that is there.
function useFocusNext(): (...ids: string[]) => void {
  const wanted = useRef<string[]>([]);
  useEffect(() => {
    const found = wanted.current.map(id => document.getElementById(id)).find(element => element);
    wanted.current = [];
    found?.focus();
  });
  return (...ids) => {
    wanted.current = ids;
  };
}
