import type { RunComparison } from '../api/types';
import { labelOf } from './schema';
import { type Layer, layersOf, layerWords, valueWords } from './specWords';

/** A column of the table of what differs: its head, and what each run has. */
export interface Difference {
  field: string;
  head: string;
  values: string[];
}

const mostLayers = 6;
const ofLayer = /^model\.layers\[(\d+)\]/;

/** What differs between the specs of runs. A layer is one column, and many layers together are one. */
export function differences(comparison: RunComparison): Difference[] {
  const layers = new Set<number>();
  const columns: Difference[] = [];
  for (const { field, values } of comparison.differences) {
    const layer = ofLayer.exec(field)?.[1];
    if (layer === undefined) columns.push({ field, head: headOf(field), values: values.map(valueWords) });
    else layers.add(Number(layer));
  }
  const all = comparison.runs.map(run => layersOf(run.spec.model));
  if (layers.size > mostLayers)
    return [...columns, { field: 'model.layers', head: 'Layers', values: all.map(countedKinds) }];
  return [
    ...columns,
    ...[...layers]
      .sort((a, b) => a - b)
      .map(i => ({
        field: `model.layers[${i}]`,
        head: `Layer ${i + 1}`,
        values: all.map(of => (of[i] ? layerWords(of[i]) : '–')),
      })),
  ];
}

// optimizer.learningRate as "Optimizer: learning rate".
function headOf(field: string): string {
  const [first = '', ...rest] = field.split('.').map(part => part.replace(/\[(\d+)\]/, (_, i) => ` ${Number(i) + 1}`));
  const words = [labelOf(first), ...rest.map(part => labelOf(part).toLowerCase())];
  return words.join(': ');
}

function countedKinds(layers: readonly Layer[]): string {
  if (layers.length === 0) return '–';
  const kinds = new Map<string, number>();
  for (const { type } of layers) kinds.set(type, (kinds.get(type) ?? 0) + 1);
  return `${layers.length}: ${[...kinds].map(([kind, times]) => `${times} ${kind}`).join(', ')}`;
}
