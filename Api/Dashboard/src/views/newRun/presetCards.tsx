import { Problem } from '../../api/client';
import type { Preset } from '../../api/types';
import type { Outlooks } from '../../components/usePreflights';
import { bytes, counted } from '../../logic/formats';
import { preflightBody, timeWords } from '../../logic/newRun';

/** The recipes, each with what it takes on this dataset. */
export function PresetCards({
  dataset,
  presets,
  outlooks,
  chosen,
  wrong,
  onChoose,
}: {
  dataset: string;
  presets: readonly Preset[];
  outlooks: Outlooks;
  chosen: string | undefined;
  wrong: readonly string[] | undefined;
  onChoose: (name: string) => void;
}) {
  return (
    <fieldset class="choices">
      <legend>
        <h2>How to train</h2>
      </legend>
      {wrong && <p class="wrong">{wrong.join(' ')}</p>}
      <div class="cards">
        {presets.map(({ name, title, goodFor, parameters }) => (
          <div class="card choice" key={name}>
            <label>
              <input
                type="radio"
                name="preset"
                checked={chosen === name}
                aria-describedby={`preset-${name}`}
                onChange={() => onChoose(name)}
              />
              <strong>{name}</strong>
            </label>
            <div class="stack" id={`preset-${name}`}>
              <p>{title}</p>
              <p class="quiet">{goodFor}</p>
              <dl class="facts">
                <Expected outlook={outlooks.get(preflightBody({ dataset, preset: name }))} />
                <dt>Size</dt>
                <dd>{counted(parameters, 'parameter')}</dd>
              </dl>
            </div>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function Expected({ outlook }: { outlook: ReturnType<Outlooks['get']> }) {
  if (outlook instanceof Problem)
    return (
      <>
        <dt>Refused</dt>
        <dd class="wrong">{outlook.message}</dd>
      </>
    );
  const findings = outlook?.findings.length;
  return (
    <>
      <dt>Time</dt>
      <dd>{outlook ? timeWords(outlook.secondsToEnd) : 'is being measured'}</dd>
      <dt>Memory</dt>
      <dd>{outlook ? bytes(outlook.bytes) : '–'}</dd>
      <dt>Findings</dt>
      <dd>{findings === undefined ? '–' : findings === 0 ? 'none' : counted(findings, 'finding')}</dd>
    </>
  );
}
