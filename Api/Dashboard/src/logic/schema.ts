import { count, setting } from './formats';

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A JSON schema, as far as the service's description of its specs uses them. */
export interface Schema {
  $ref?: string;
  type?: string;
  description?: string;
  default?: Json;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  maxLength?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  discriminator?: { propertyName: string; mapping: Readonly<Record<string, string>> };
}

/** All schemas of the service by their names. */
export type Schemas = Readonly<Record<string, Schema>>;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema that a reference names, with what stands beside the reference. */
export function resolve(schemas: Schemas, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  return { ...resolve(schemas, schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}), ...beside };
}

/** How a resolved schema is edited. */
export function controlOf(schema: Schema): 'kinds' | 'group' | 'list' | 'choice' | 'number' | 'text' {
  if (schema.discriminator) return 'kinds';
  if (schema.properties) return 'group';
  if (schema.items) return 'list';
  if (schema.enum || schema.type === 'boolean') return 'choice';
  return schema.type === 'number' || schema.type === 'integer' ? 'number' : 'text';
}

/** The values that can be chosen, with their words. */
export const choicesOf = (schema: Schema): readonly (readonly [string, Json])[] =>
  schema.enum?.map(name => [name, name] as const) ?? [
    ['yes', true],
    ['no', false],
  ];

/** The schema of the kind that a value is of, where its `type` says so. */
export function kindOf(schemas: Schemas, schema: Schema, value: Json | undefined): Schema | undefined {
  const { propertyName = '', mapping = {} } = schema.discriminator ?? {};
  const name = isObject(value) ? value[propertyName] : undefined;
  const $ref = typeof name === 'string' ? mapping[name] : undefined;
  return $ref === undefined ? undefined : resolve(schemas, { $ref });
}

/** The fields of a group or kind, without the one that tells the kind. */
export const fieldsOf = (schema: Schema): readonly (readonly [string, Schema])[] =>
  Object.entries(schema.properties ?? {}).filter(([name]) => name !== 'type');

/** What holds where a field is left out, in words; its description says it after "default". */
export function defaultOf(schema: Schema): string | undefined {
  if (schema.default !== undefined) return String(schema.default);
  return schema.description?.replace(/\s+/g, ' ').match(/\bdefault (.+?)(?= as in\b|[;:,]| \(|\.(?: |$)|$)/)?.[1];
}

/** The range of a number, such as "above 0 to 1,000". */
export function rangeOf(schema: Schema): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const text = (value: number) => (Number.isInteger(value) ? count(value) : setting(value));
  const low =
    minimum !== undefined ? text(minimum) : exclusiveMinimum === undefined ? '' : `above ${text(exclusiveMinimum)}`;
  const high =
    maximum !== undefined ? text(maximum) : exclusiveMaximum === undefined ? '' : `below ${text(exclusiveMaximum)}`;
  return low !== '' && high !== '' ? `${low} to ${high}` : low || high || undefined;
}

/** What a field is, with its range where the description leaves it out. */
export function hintOf(schema: Schema): string {
  const words = (schema.description ?? '').replace(/\s+/g, ' ');
  const range = rangeOf(schema);
  if (range === undefined || /\d\S* (up )?to \S*\d|\[\d/.test(words)) return words;
  return `${words} ${range.charAt(0).toUpperCase()}${range.slice(1)}.`.trim();
}

/** The first sentence of a description. */
export const firstSentence = (description: string | undefined): string =>
  (description ?? '').replace(/\s+/g, ' ').replace(/([^.])\. (?=[A-Z]).*$/, '$1.');

/** `learningRate` as "Learning rate". */
export function labelOf(name: string): string {
  const words = name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What was typed: a number where it is one; left out where it is empty; else as it is, for the service to judge. */
export function numberOf(typed: string): Json | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** An object with a field set, or left out. */
export function withField(value: JsonObject, name: string, field: Json | undefined): JsonObject {
  if (field !== undefined) return { ...value, [name]: field };
  const { [name]: _, ...rest } = value;
  return rest;
}

/** The path of a field or an item, as the service writes it: `model.layers[3].size`. */
export const pathOf = (path: string, step: string | number): string =>
  typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`;

/** The path of the nearest field that the form of a value shows, as it may leave out what a path leads to. */
export function nearestField(schemas: Schemas, root: Schema, value: Json | undefined, path: string): string {
  let schema: Schema | undefined = resolve(schemas, root);
  let at: Json | undefined = value;
  let found = '';
  for (const [step] of path.matchAll(/[^.[\]]+/g)) {
    const control = controlOf(schema);
    let next: Schema | undefined;
    if (control === 'list') next = Array.isArray(at) && Number(step) < at.length ? schema.items : undefined;
    else if (isObject(at))
      next = fieldsOf((control === 'kinds' ? kindOf(schemas, schema, at) : schema) ?? {}).find(
        ([name]) => name === step,
      )?.[1];
    if (!next) break;
    schema = resolve(schemas, next);
    found = pathOf(found, control === 'list' ? Number(step) : step);
    at = (at as Readonly<Record<string, Json>>)[step];
  }
  return found;
}
