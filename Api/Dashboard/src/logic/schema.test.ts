import { describe, expect, it } from 'vitest';
import description from '../../../../docs/openapi.json';
import {
  controlOf,
  defaultOf,
  firstSentence,
  hintOf,
  type Json,
  kindOf,
  labelOf,
  nearestField,
  numberOf,
  rangeOf,
  resolve,
  type Schema,
  type Schemas,
  withField,
} from './schema';

const schemas = description.components.schemas as unknown as Schemas;
const field = (record: string, name: string): Schema => resolve(schemas, schemas[record]?.properties?.[name] as Schema);
const spec: Schema = { $ref: '#/components/schemas/RunSpec' };

describe('controlOf', () => {
  it('tells how each field of a run is edited', () => {
    expect(controlOf(field('RunSpec', 'model'))).toBe('kinds');
    expect(controlOf(field('RunSpec', 'gradientClipping'))).toBe('group');
    expect(controlOf(field('RunSpec', 'augmentations'))).toBe('list');
    expect(controlOf(field('RunSpec', 'sampling'))).toBe('choice');
    expect(controlOf(field('Convolution', 'bias'))).toBe('choice');
    expect(controlOf(field('RunSpec', 'epochs'))).toBe('number');
    expect(controlOf(field('RunSpec', 'name'))).toBe('text');
  });
});

describe('defaultOf', () => {
  it('is what the schema says', () => expect(defaultOf({ default: 5 })).toBe('5'));
  it('is else what its description says', () => {
    expect(defaultOf(field('Adam', 'learningRate'))).toBe('0.001');
    expect(defaultOf(field('Adam', 'epsilon'))).toBe('1e-8');
    expect(defaultOf(field('RunSpec', 'regularization'))).toBe('0.001');
    expect(defaultOf(field('RunSpec', 'sampling'))).toBe('shuffle');
    expect(defaultOf(field('Convolution', 'initialization'))).toBe('he');
    expect(defaultOf(field('Convolution', 'bias'))).toBe('true');
    expect(defaultOf(field('MaxPool', 'stride'))).toBe("the window's size");
    expect(defaultOf(field('Triangular', 'peak'))).toBe('0.23');
  });
  it('is not known where there is none', () => expect(defaultOf(field('Dropout', 'keep'))).toBeUndefined());
});

describe('rangeOf and hintOf', () => {
  it('write limits in words', () => {
    expect(rangeOf(field('Convolution', 'filters'))).toBe('1 to 4,096');
    expect(rangeOf(field('Adam', 'learningRate'))).toBe('above 0 to 1,000');
    expect(rangeOf(field('Adam', 'beta1'))).toBe('0 to below 1');
    expect(rangeOf(field('RunSpec', 'validationFraction'))).toBe('0.01 to 0.5');
  });
  it('tell a range once', () => {
    expect(hintOf(field('Adam', 'learningRate'))).toBe(
      'The step size, default 0.001 as in the paper. Above 0 to 1,000.',
    );
    expect(hintOf(field('Cutout', 'size'))).toBe('The side of the square in pixels, 1 to 128.');
    expect(hintOf(field('Adam', 'epsilon'))).toMatch(/as in the paper\.$/);
    expect(hintOf(field('RunSpec', 'epochs'))).toBe('Epochs, 1 to 10,000, default 10 as in the numpy system.');
  });
});

describe('firstSentence', () => {
  it('ends before the next sentence, not within a name or a formula', () => {
    expect(firstSentence('Inverted dropout (Srivastava et al. 2014): y = x . mask.\nAny shape.')).toBe(
      'Inverted dropout (Srivastava et al. 2014): y = x . mask.',
    );
    expect(firstSentence('One sentence.')).toBe('One sentence.');
  });
});

it('labels are words', () => expect(labelOf('learningRateDecay')).toBe('Learning rate decay'));

it('what is typed becomes a number, nothing, or stays for the service to judge', () => {
  expect(numberOf(' 1e-4 ')).toBe(0.0001);
  expect(numberOf(' ')).toBeUndefined();
  expect(numberOf('ten')).toBe('ten');
});

it('a field without a value is left out', () => {
  expect(withField({ epochs: 3, seed: 1 }, 'epochs', undefined)).toEqual({ seed: 1 });
  expect(withField({ seed: 1 }, 'epochs', 4)).toEqual({ seed: 1, epochs: 4 });
});

describe('kindOf', () => {
  const optimizer = field('RunSpec', 'optimizer');
  it('follows the type', () => expect(kindOf(schemas, optimizer, { type: 'sgd' })).toEqual(schemas.Sgd));
  it('is not known without one', () => {
    expect(kindOf(schemas, optimizer, { type: 'other' })).toBeUndefined();
    expect(kindOf(schemas, optimizer, undefined)).toBeUndefined();
  });
});

describe('nearestField', () => {
  const value: Json = {
    dataset: 'shapes',
    model: { type: 'layers', layers: [{ type: 'relu' }, { type: 'residual', layers: [{ type: 'convolution' }] }] },
  };
  const nearest = (path: string) => nearestField(schemas, spec, value, path);
  it('is the field itself where the form shows it', () => {
    expect(nearest('epochs')).toBe('epochs');
    expect(nearest('model.layers[1].layers[0].size')).toBe('model.layers[1].layers[0].size');
  });
  it('is what is around a field that is not shown', () => {
    expect(nearest('optimizer.learningRate')).toBe('optimizer');
    expect(nearest('model.type')).toBe('model');
    expect(nearest('model.layers[7].size')).toBe('model.layers');
    expect(nearest('model.layers[0].size')).toBe('model.layers[0]');
  });
  it('is nothing for a field that is not known', () => expect(nearest('epoch')).toBe(''));
});
