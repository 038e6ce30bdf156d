import { key, root } from '../../api/client';
import type { Run } from '../../api/types';
import { Copyable, Notice, TabPanel, Tabs } from '../../components/basics';
import { hasModel } from '../../logic/runs';
import { parameterReader, type Snippet, snippets } from '../../logic/snippets';
import { setQuery, useAddress } from '../../router';
import { bestFile, ParameterFiles } from './parameters';

/** How programs use what a run has learned. */
export function UseIt({ run }: { run: Run }) {
  const { query } = useAddress();
  const all = snippets(`${root}api/runs/${run.id}`, key.get() !== '');
  const chosen = all.find(({ name }) => name === query.get('language')) ?? (all[0] as Snippet);
  return (
    <>
      <section class="card">
        <h2>Ask it from a program</h2>
        <p>Send a picture, and get its class with probabilities.</p>
        {!hasModel(run) && <Notice>It answers after the first epoch.</Notice>}
        <Tabs
          names={all.map(({ name, title }) => [name, title] as const)}
          chosen={chosen.name}
          label="Languages"
          onChoose={language => setQuery({ language })}
        />
        <TabPanel name={chosen.name}>
          <Copyable text={chosen.code} label={`Code in ${chosen.title}`} />
          <p class="quiet">{chosen.hint}</p>
        </TabPanel>
        {key.get() !== '' && <p class="quiet">Put the key of the service in the place of YOUR-KEY.</p>}
        <p>
          All addresses, to read and to try: <a href={`${root}swagger`}>Swagger UI</a>.
        </p>
      </section>
      <section class="card">
        <h2>Take the parameters along</h2>
        <p>They are a safetensors file, which many tools read.</p>
        <ParameterFiles run={run} />
        <details>
          <summary>Read it in C#</summary>
          <Copyable text={parameterReader(bestFile(run))} label="A reader in C#" />
        </details>
      </section>
    </>
  );
}
