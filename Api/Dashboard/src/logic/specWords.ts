import { setting } from './formats';
import { labelOf } from './schema';

/** A part of a spec that is of a kind, such as a layer or an optimizer. */
export interface Layer {
  type: string;
  [field: string]: unknown;
}

/** The facts of a spec that belong together. */
export interface FactGroup {
  title: string;
  facts: [name: string, value: string][];
}

/** A value of a spec, for people. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return setting(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueWords).join('; ');
  if (typeof value === 'object') return 'type' in value ? layerWords(value as Layer) : fieldWords(value);
  return String(value);
}

/** "convolution, filters 16, size 3". */
export function layerWords({ type, ...fields }: Layer): string {
  const words = fieldWords(fields);
  return words === '' ? type : `${type}, ${words}`;
}

const fieldWords = (fields: object): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${labelOf(name).toLowerCase()} ${valueWords(value)}`)
    .join(', ');

const elsewhere = new Set(['name', 'dataset', 'preset', 'seed']); // what a run tells by itself

/** A spec by groups: what stands alone first, then each part that has fields of its own, with the kind that it is of. Layers are told elsewhere. */
export function factGroups(spec: object): FactGroup[] {
  const training: FactGroup = { title: 'Training', facts: [] };
  const groups = [training];
  for (const [name, value] of Object.entries(spec)) {
    if (elsewhere.has(name) || value === null || value === undefined) continue;
    if (typeof value === 'object' && !Array.isArray(value))
      groups.push({ title: labelOf(name), facts: partFacts(value) });
    else training.facts.push([labelOf(name), valueWords(value)]);
  }
  return groups;
}

const partFacts = (part: object): [string, string][] =>
  Object.entries(part)
    .filter(([name]) => name !== 'layers')
    .map(([name, value]) => [name === 'type' ? 'Kind' : labelOf(name), valueWords(value)]);

/** The layers that a model is made of; none for a model that is known by its name. */
export const layersOf = (model: unknown): Layer[] => (model as { layers?: Layer[] } | undefined)?.layers ?? [];
