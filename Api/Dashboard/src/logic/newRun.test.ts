import { describe, expect, it } from 'vitest';
import description from '../../../../docs/openapi.json';
import type { Preset } from '../api/types';
import {
  layerWords,
  ownSettings,
  placed,
  preflightBody,
  recommended,
  shapeWords,
  timeWords,
  writtenOut,
} from './newRun';
import type { Json, Schemas } from './schema';

const schemas = description.components.schemas as unknown as Schemas;
const preset = (name: string) => ({ name, spec: { epochs: 40, batchSize: 64 } }) as Preset;

it('the small recipe is recommended, else the first', () => {
  expect(recommended([preset('other'), preset('small')])).toBe('small');
  expect(recommended([preset('other')])).toBe('other');
  expect(recommended([])).toBeUndefined();
});

it('a name asks nothing again', () =>
  expect(preflightBody({ dataset: 'a', name: 'b' })).toBe(preflightBody({ dataset: 'a' })));

it('own settings are those that differ from the preset, or from the defaults', () => {
  const spec = { dataset: 'a', preset: 'small', name: 'n', epochs: 3, batchSize: 64, logEvery: 100, seed: 2 };
  expect(ownSettings(spec, preset('small'), schemas)).toEqual(['epochs', 'seed']);
});

it('a preset is written out below the own settings', () =>
  expect(writtenOut({ dataset: 'a', preset: 'small', epochs: 3 }, preset('small'))).toEqual({
    dataset: 'a',
    epochs: 3,
    batchSize: 64,
  }));

it('shapes are written as images or as vectors', () => {
  expect(shapeWords([24, 31, 31])).toBe('24 × 31 × 31');
  expect(shapeWords([1000, 1, 1])).toBe('1,000');
});

it('a time is an interval, where its ends differ', () => {
  expect(timeWords({ low: 135.7, high: 291.8 })).toBe('2 min 16 s to 4 min 52 s');
  expect(timeWords({ low: 0.2, high: 0.6 })).toBe('under 1 s');
});

describe('layerWords', () => {
  const spec = (...layers: Json[]) => ({ dataset: 'a', model: { type: 'layers', layers } });
  const convolution = { type: 'convolution', filters: 4, size: 3 };
  const relu = { type: 'relu' };
  const layer = (path: string, output: number[], parameters = 0) => ({
    path,
    type: '',
    output,
    parameters,
    flopsPerImage: 0,
  });
  const known = {
    spec: spec(convolution, { type: 'residual', layers: [relu] }),
    layers: [
      layer('layers.0', [4, 30, 30], 112),
      layer('layers.1', [4, 30, 30]),
      layer('layers.1.layers.0', [4, 30, 30]),
    ],
  };
  it('stand beside each layer, those inside others too', () =>
    expect(layerWords(known, known.spec)).toEqual({
      'model.layers[0]': '4 × 30 × 30, 112 parameters',
      'model.layers[1]': '4 × 30 × 30',
      'model.layers[1].layers[0]': '4 × 30 × 30',
    }));
  it('are not known from the first layer on that was changed', () =>
    expect(Object.keys(layerWords(known, spec(convolution, relu)))).toEqual(['model.layers[0]']));
  it('are not known on another dataset', () => expect(layerWords(known, { ...known.spec, dataset: 'b' })).toEqual({}));
});

describe('placed', () => {
  it('puts words beside fields, and leaves out what has none', () => {
    const spec = { dataset: 'a', optimizer: { type: 'sgd' } };
    const errors = { 'optimizer.learningRate': ['is 0.'], 'model.layers': ['is missing.'], foo: ['is not known.'] };
    expect(placed(errors, schemas, spec)).toEqual({
      'optimizer.learningRate': ['is 0.'],
      model: ['is missing.'],
    });
  });
});
