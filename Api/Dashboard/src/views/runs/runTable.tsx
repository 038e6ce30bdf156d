import { useMemo } from 'preact/hooks';
import type { Run } from '../../api/types';
import { Button, State } from '../../components/basics';
import { Sparkline } from '../../components/sparkline';
import { count, percent, time } from '../../logic/formats';
import { type Column, nextSort, sortOf, timeWords } from '../../logic/runList';
import { idsOf, mostSelected, toggled } from '../../logic/selection';
import { href, setQuery } from '../../router';

/** The runs as rows; on a small screen only what matters most stays a column of its own. */
export function RunTable({
  runs,
  sort,
  selected,
}: {
  runs: readonly Run[];
  sort: string;
  selected: ReadonlySet<string>;
}) {
  const all = runs.slice(0, mostSelected).map(run => run.id);
  const allSelected = all.length > 0 && all.every(id => selected.has(id));
  return (
    <>
      <table class="runs">
        <caption class="unseen">Runs</caption>
        <thead>
          <tr>
            <td>
              <input
                type="checkbox"
                aria-label={all.length < runs.length ? `Select the first ${mostSelected} runs` : 'Select all runs'}
                checked={allSelected}
                disabled={all.length === 0}
                onChange={() => setQuery({ selected: allSelected ? undefined : all.join(',') })}
              />
            </td>
            <Head column="name" sort={sort}>
              Run
            </Head>
            <th scope="col" class="wide-only">
              State
            </th>
            <Head column="dataset" sort={sort} wide>
              Dataset
            </Head>
            <th scope="col" class="wide-only">
              Loss
            </th>
            <Head column="accuracy" sort={sort} number>
              Best accuracy
            </Head>
            <Head column="time" sort={sort} number wide>
              Time
            </Head>
            <Head column="created" sort={sort} wide>
              Created
            </Head>
          </tr>
        </thead>
        <tbody>
          {runs.map(run => (
            <Row key={run.id} run={run} selected={selected.has(run.id)} />
          ))}
        </tbody>
      </table>
      {runs.length === 0 && (
        <div class="row">
          <p role="status">No run matches.</p>
          <Button onPress={() => setQuery({ q: undefined, state: undefined, dataset: undefined })}>Show all</Button>
        </div>
      )}
    </>
  );
}

function Head({
  column,
  sort,
  number,
  wide,
  children,
}: {
  column: Column;
  sort: string;
  number?: boolean;
  wide?: boolean;
  children: string;
}) {
  const [sorted, back] = sortOf(sort);
  const mine = sorted === column;
  return (
    <th
      scope="col"
      class={[number && 'number', wide && 'wide-only'].filter(Boolean).join(' ')}
      aria-sort={mine ? (back ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" onClick={() => setQuery({ sort: nextSort(sort, column) })}>
        {children}
        <span aria-hidden="true">{mine ? (back ? '↑' : '↓') : ''}</span>
      </button>
    </th>
  );
}

function Row({ run, selected }: { run: Run; selected: boolean }) {
  return useMemo(
    () => (
      <tr data-run={run.id} class={selected ? 'selected' : undefined}>
        <td>
          <input type="checkbox" aria-label={`Select ${run.name}`} checked={selected} onChange={() => toggle(run.id)} />
        </td>
        <th scope="row">
          <a href={href(`runs/${run.id}`)}>{run.name}</a>
          <div class="quiet wide-only">{run.preset ? `preset ${run.preset}` : ''}</div>
          <div class="narrow-only quiet">
            <State run={run} />
            {run.state === 'queued' ? '' : `, ${timeWords(run)}`}, {run.dataset}
          </div>
        </th>
        <td class="wide-only">
          <State run={run} />
        </td>
        <td class="wide-only">
          <a href={href(`datasets/${run.dataset}`)}>{run.dataset}</a>
        </td>
        <td class="wide-only">
          <Sparkline run={run} />
        </td>
        <td class="number">
          {percent(run.bestValidationAccuracy)}
          {typeof run.bestValidationAccuracy === 'number' && run.validationImages ? (
            <div class="quiet">of {count(run.validationImages)}</div>
          ) : null}
        </td>
        <td class="number wide-only">{timeWords(run)}</td>
        <td class="wide-only">{time(run.createdAt)}</td>
      </tr>
    ),
    [run, selected],
  );
}

function toggle(id: string): void {
  const before = idsOf(new URLSearchParams(location.search).get('selected'));
  setQuery({ selected: toggled(before, id).slice(0, mostSelected).join(',') });
}
