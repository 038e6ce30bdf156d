import type { Run } from '../../api/types';
import { stateWords } from '../../components/basics';
import type { RunFilter } from '../../logic/runList';
import { setQuery } from '../../router';

const sorts = [
  ['', 'Queue, then newest'],
  ['accuracy', 'Best accuracy'],
  ['name', 'Name'],
  ['dataset', 'Dataset'],
  ['time', 'Shortest time'],
  ['-created', 'Oldest'],
] as const;

/** What narrows the list of runs down; it is kept in the address. */
export function Filters({ runs, filter }: { runs: readonly Run[]; filter: RunFilter }) {
  const datasets = [...new Set(runs.map(run => run.dataset))].sort();
  return (
    <search class="row">
      <label class="stack tight">
        <span class="quiet">Find</span>
        <input
          type="search"
          size={26}
          placeholder="Name, dataset or preset"
          value={filter.text}
          onInput={event => setQuery({ q: event.currentTarget.value })}
        />
      </label>
      <Choice label="State" name="state" value={filter.state} items={[['', 'All'], ...Object.entries(stateWords)]} />
      <Choice
        label="Dataset"
        name="dataset"
        value={filter.dataset}
        items={[['', 'All'], ...datasets.map(name => [name, name] as const)]}
      />
      <Choice label="Sort by" name="sort" value={filter.sort} items={sorts} />
    </search>
  );
}

function Choice({
  label,
  name,
  value,
  items,
}: {
  label: string;
  name: string;
  value: string;
  items: readonly (readonly [string, string])[];
}) {
  const known = items.some(([item]) => item === value);
  return (
    <label class="stack tight">
      <span class="quiet">{label}</span>
      <select value={value} onChange={event => setQuery({ [name]: event.currentTarget.value })}>
        {!known && <option value={value}>{value}</option>}
        {items.map(([item, words]) => (
          <option key={item} value={item}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
