import { useRef } from 'preact/hooks';
import type { Preflight, Preset } from '../../api/types';
import { Button, TabPanel, Tabs } from '../../components/basics';
import { Form, SchemaFields } from '../../components/schemaForm';
import { type Known, layerLine, layerWords, runSchema, writtenOut } from '../../logic/newRun';
import { isObject, type Json, type JsonObject, resolve, type Schemas } from '../../logic/schema';
import { setQuery } from '../../router';
import { JsonEditor } from './jsonEditor';

const views = [
  ['form', 'As a form'],
  ['json', 'As JSON'],
] as const;

/** Every setting of the run, as a form and as JSON. */
export function Advanced({
  spec,
  preset,
  presets,
  schemas,
  told,
  problems,
  view,
  broken,
  wrongJson,
  onChange,
  onBreak,
}: {
  spec: JsonObject;
  preset: Preset | undefined;
  presets: readonly Preset[];
  schemas: Schemas;
  told: Preflight | undefined;
  problems: Readonly<Record<string, readonly string[]>>;
  view: string | undefined;
  broken: string | undefined;
  wrongJson: readonly string[] | undefined;
  onChange: (spec: JsonObject) => void;
  onBreak: (text: string) => void;
}) {
  const known = useRef<Known>(undefined);
  if (told) known.current = { spec, layers: told.layers };
  const isListed = isObject(spec.model) && spec.model.type === 'layers';
  const facts = {
    schemas,
    problems,
    beside: layerWords(known.current, spec),
    examples: { model: presets.map(({ spec: { model } }) => model as unknown as Json) },
    instead: { model: !isListed && told ? <Layers layers={told.layers} /> : null },
  };
  return (
    <details
      class="card"
      open={view !== undefined}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open !== (view !== undefined)) setQuery({ view: currentTarget.open ? 'form' : undefined });
      }}
    >
      <summary>
        <h2>Advanced</h2> <span class="quiet">Every setting and the layers of the network.</span>
      </summary>
      {view !== undefined && (
        <div class="stack">
          <Tabs names={views} chosen={view} label="Ways to edit" onChoose={name => setQuery({ view: name })} />
          <TabPanel name={view}>
            {view === 'json' ? (
              <JsonEditor spec={spec} broken={broken} wrong={wrongJson} onChange={onChange} onBreak={onBreak} />
            ) : (
              <Form.Provider value={facts}>
                {broken !== undefined && (
                  <p class="wrong">The JSON does not parse; the form shows it as it was before.</p>
                )}
                {preset && (
                  <div class="row">
                    <span>What is left empty is as the preset {preset.name} has it.</span>
                    <Button onPress={() => onChange(writtenOut(spec, preset))}>Write all of it into the form</Button>
                  </div>
                )}
                <SchemaFields
                  schema={resolve(schemas, runSchema)}
                  value={spec}
                  path=""
                  holds={preset?.spec as unknown as JsonObject | undefined}
                  without={['dataset', 'preset', 'name']}
                  onChange={onChange}
                />
              </Form.Provider>
            )}
          </TabPanel>
        </div>
      )}
    </details>
  );
}

// The layers that a network stands for, where they are not in the form.
function Layers({ layers }: { layers: Preflight['layers'] }) {
  return (
    <ol class="schema-list columns">
      {layers.map(layer => (
        <li key={layer.path}>
          {layer.type} <span class="schema-beside">{layerLine(layer)}</span>
        </li>
      ))}
    </ol>
  );
}
