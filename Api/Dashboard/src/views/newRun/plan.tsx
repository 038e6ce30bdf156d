import { useEffect, useRef, useState } from 'preact/hooks';
import { get, Problem } from '../../api/client';
import type { Dataset, Page, Preset, Run } from '../../api/types';
import { Button, Failure, Field, Notice } from '../../components/basics';
import { useLoaded } from '../../components/useLoaded';
import { usePreflights } from '../../components/usePreflights';
import { ownSettings, placed, preflightBody } from '../../logic/newRun';
import { type JsonObject, labelOf, type Schemas, withField } from '../../logic/schema';
import { href, setQuery } from '../../router';
import { Advanced } from './advanced';
import { DatasetChoice } from './datasetChoice';
import { Outlook } from './outlook';
import { PresetCards } from './presetCards';
import { useSpec } from './useSpec';
import { useSubmit } from './useSubmit';

/** The run as it is planned, until it is queued. */
export function Plan({
  from,
  template,
  datasets,
  schemas,
  query,
}: {
  from: Run | undefined;
  template: JsonObject;
  datasets: readonly Dataset[];
  schemas: Schemas;
  query: URLSearchParams;
}) {
  const { dataset, specWith, change } = useSpec(query, template, datasets);
  const presets = useLoaded<Page<Preset>>(
    signal => get(`api/presets?dataset=${encodeURIComponent(dataset)}`, signal),
    [dataset],
  );
  const recipes = presets.value?.items ?? [];
  const spec = specWith(recipes);
  const preset = recipes.find(({ name }) => name === spec.preset);
  const [broken, setBroken] = useState<string>();
  const [before, setBefore] = useState<JsonObject>();
  const { submit, sending, refused } = useSubmit(spec);

  const body = broken ?? preflightBody(spec);
  const isKnown = datasets.some(({ name }) => name === dataset);
  const cards = recipes.map(({ name }) => preflightBody({ dataset, preset: name }));
  const outlooks = usePreflights(presets.value && isKnown ? [body, ...cards] : []);
  const told = outlooks.get(body);
  const expected = told instanceof Problem ? undefined : told;
  const problem = refused ?? (told instanceof Problem ? told : undefined);
  const errors = broken === undefined && problem instanceof Problem ? problem.errors : {};
  const problems = placed(errors, schemas, spec);

  const view = query.has('view') ? (query.get('view') === 'json' ? 'json' : 'form') : undefined;
  const top = ['dataset', 'preset', 'name'];
  const refusedFields = Object.keys(problem?.errors ?? {});
  const isShown =
    view === 'json' ||
    (refusedFields.length > 0 &&
      refusedFields.every(field => field in problems && (view === 'form' || top.includes(field))));
  const failure = useFocusOnRefusal(refused, () => {
    if (view === undefined && Object.keys(problems).some(field => !top.includes(field))) setQuery({ view: 'form' });
  });
  const own = ownSettings(spec, preset, schemas);
  const edit = (changed: JsonObject) => {
    setBroken(undefined);
    setBefore(undefined);
    change(changed);
  };
  const startOver = (name: string) => {
    const fresh = { dataset, preset: name, ...(spec.name === undefined ? {} : { name: spec.name }) };
    edit(fresh);
    if (own.length > 0) setBefore(spec);
  };

  return (
    <>
      <section class="card">
        <h1>New run</h1>
        {from && (
          <p>
            Filled with the settings of <a href={href(`runs/${from.id}`)}>{from.name}</a>.
          </p>
        )}
        <DatasetChoice
          datasets={datasets}
          chosen={dataset}
          wrong={problems.dataset}
          onChoose={name => edit({ ...spec, dataset: name })}
        />
      </section>
      {presets.error ? <Failure error={presets.error} /> : null}
      <PresetCards
        dataset={dataset}
        presets={recipes}
        outlooks={outlooks}
        chosen={preset?.name}
        wrong={problems.preset}
        onChoose={startOver}
      />
      {(own.length > 0 || before) && (
        <div class="row">
          {own.length > 0 ? (
            <span>Changed by you: {own.map(labelOf).join(', ').toLowerCase()}.</span>
          ) : (
            <span>What you had changed is gone.</span>
          )}
          {before && <Button onPress={() => edit(before)}>Bring it back</Button>}
          {own.length > 0 && preset && <Button onPress={() => startOver(preset.name)}>Only the preset</Button>}
        </div>
      )}
      <Advanced
        spec={spec}
        preset={preset}
        presets={recipes}
        schemas={schemas}
        told={expected}
        problems={problems}
        view={view}
        broken={broken}
        wrongJson={view === 'json' && problem ? [problem.message] : undefined}
        onChange={edit}
        onBreak={setBroken}
      />
      <form
        class="card"
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label="Name" hint="Left empty, it is the dataset and the time." wrong={problems.name}>
          {attributes => (
            <input
              {...attributes}
              autocomplete="off"
              value={String(spec.name ?? '')}
              onInput={({ currentTarget: { value } }) =>
                edit(withField(spec, 'name', value === '' ? undefined : value))
              }
            />
          )}
        </Field>
        <div ref={failure} tabIndex={-1}>
          {problem && isShown ? (
            <Notice kind="error">The service refuses this; it says why beside what is marked.</Notice>
          ) : (
            <Failure error={problem} />
          )}
        </div>
        {isKnown && !problem && <Outlook told={told} />}
        <div class="row">
          <Button type="submit" kind="primary" off={reasonOff(isKnown, broken, told, sending)}>
            Train
          </Button>
        </div>
      </form>
    </>
  );
}

function reasonOff(isKnown: boolean, broken: string | undefined, told: unknown, sending: boolean): string | false {
  if (!isKnown) return 'Choose a dataset first.';
  if (broken !== undefined) return 'The JSON does not parse.';
  if (told instanceof Problem) return 'The service refuses these settings.';
  return sending && 'It is being sent.';
}

// The focus goes to the first field that was refused, or else to the words about it.
function useFocusOnRefusal(refused: unknown, show: () => void) {
  const words = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!refused) return;
    show();
    const wait = setTimeout(() => {
      const field = document.querySelector<HTMLElement>('main [aria-invalid="true"]');
      (field ?? words.current)?.focus();
    });
    return () => clearTimeout(wait);
  }, [refused]);
  return words;
}
