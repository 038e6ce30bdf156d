import type { Preflight, Preset } from '../api/types';
import { count, counted, duration } from './formats';
import {
  defaultOf,
  isObject,
  type Json,
  type JsonObject,
  nearestField,
  resolve,
  type Schema,
  type Schemas,
  withField,
} from './schema';

/** The schema of what is sent to queue a run. */
export const runSchema: Schema = { $ref: '#/components/schemas/RunSpec' };

/** The recipe that is chosen where nobody has chosen another. */
export const recommended = (presets: readonly Preset[]): string | undefined =>
  (presets.find(({ name }) => name === 'small') ?? presets[0])?.name;

/** What pre-flight is asked with: the name changes nothing that it tells. */
export const preflightBody = (spec: JsonObject): string => JSON.stringify(withField(spec, 'name', undefined));

/** The settings that differ from what would hold without them: the preset's, or the service's defaults. */
export function ownSettings(spec: JsonObject, preset: Preset | undefined, schemas: Schemas): string[] {
  const fields = resolve(schemas, runSchema).properties ?? {};
  const filled = (preset?.spec ?? {}) as unknown as JsonObject;
  const holds = (name: string) => JSON.stringify(filled[name]) ?? defaultOf(fields[name] ?? {});
  return Object.keys(spec).filter(
    name => !['dataset', 'preset', 'name'].includes(name) && JSON.stringify(spec[name]) !== holds(name),
  );
}

/** A spec with all that its preset fills in, as settings of its own. */
export function writtenOut(spec: JsonObject, preset: Preset): JsonObject {
  const { preset: _, ...own } = spec;
  return { ...(preset.spec as unknown as JsonObject), ...own };
}

/** Channels, height and width of an output, or its numbers where it is a vector. */
export const shapeWords = ([channels = 0, height = 1, width = 1]: readonly number[]): string =>
  height === 1 && width === 1 ? count(channels) : [channels, height, width].map(count).join(' × ');

/** What a layer makes, and the parameters that it has. */
export const layerLine = ({ output, parameters }: Preflight['layers'][number]): string =>
  `${shapeWords(output)}${parameters === 0 ? '' : `, ${counted(parameters, 'parameter')}`}`;

/** How long a run takes from now. */
export const timeWords = ({ low, high }: Preflight['secondsToEnd']): string =>
  duration(low) === duration(high) ? duration(low) : `${duration(low)} to ${duration(high)}`;

/** What was found of a spec before. */
export interface Known {
  spec: JsonObject;
  layers: Preflight['layers'];
}

const layersOf = (spec: JsonObject): readonly Json[] =>
  isObject(spec.model) && Array.isArray(spec.model.layers) ? spec.model.layers : [];

/** The output and parameters of each layer, as far as the layers up to it are those that were looked at. */
export function layerWords(known: Known | undefined, spec: JsonObject): Record<string, string> {
  if (!known || known.spec.dataset !== spec.dataset) return {};
  const before = layersOf(known.spec);
  const changed = layersOf(spec).findIndex((layer, at) => JSON.stringify(layer) !== JSON.stringify(before[at]));
  const words: Record<string, string> = {};
  for (const layer of known.layers) {
    if (changed >= 0 && Number(layer.path.match(/\d+/)?.[0]) >= changed) continue;
    words[`model.${layer.path.replace(/\.(\d+)/g, '[$1]')}`] = layerLine(layer);
  }
  return words;
}

/** The words of a refusal beside the fields that the form shows; those without one are not placed. */
export function placed(
  errors: Readonly<Record<string, readonly string[]>>,
  schemas: Schemas,
  spec: JsonObject,
): Record<string, readonly string[]> {
  const words: Record<string, readonly string[]> = {};
  for (const [path, told] of Object.entries(errors)) {
    const field = nearestField(schemas, runSchema, spec, path);
    if (field !== '') words[field] = [...(words[field] ?? []), ...told];
  }
  return words;
}
