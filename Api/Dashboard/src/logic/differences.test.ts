import { describe, expect, it } from 'vitest';
import type { Run, RunComparison } from '../api/types';
import { differences } from './differences';

const layers = (filters: number, count: number) => ({
  type: 'layers',
  layers: Array.from({ length: count }, () => ({ type: 'convolution', filters })),
});
const comparison = (models: object[], fields: RunComparison['differences']): RunComparison => ({
  runs: models.map(model => ({ spec: { model } }) as unknown as Run),
  differences: fields,
});

describe('What differs between runs', () => {
  it('is a column for each field, with what each run has', () => {
    const told = comparison(
      [{}, {}],
      [
        { field: 'optimizer.learningRate', values: [0.001, 0.003] },
        { field: 'augmentations[0].type', values: [null, 'flip'] },
      ],
    );
    expect(differences(told)).toEqual([
      { field: 'optimizer.learningRate', head: 'Optimizer: learning rate', values: ['0.001', '0.003'] },
      { field: 'augmentations[0].type', head: 'Augmentations 1: type', values: ['–', 'flip'] },
    ]);
  });

  it('tells each layer that differs as a whole, once', () => {
    const told = comparison(
      [layers(16, 2), layers(32, 1)],
      [
        { field: 'model.layers[1].type', values: ['convolution', null] },
        { field: 'model.layers[0].filters', values: [16, 32] },
        { field: 'model.layers[1].filters', values: [16, null] },
      ],
    );
    expect(differences(told)).toEqual([
      { field: 'model.layers[0]', head: 'Layer 1', values: ['convolution, filters 16', 'convolution, filters 32'] },
      { field: 'model.layers[1]', head: 'Layer 2', values: ['convolution, filters 16', '–'] },
    ]);
  });

  it('counts the kinds of layers where many differ', () => {
    const told = comparison(
      [layers(16, 8), { type: 'three-layer-conv-net' }],
      Array.from({ length: 8 }, (_, i) => ({ field: `model.layers[${i}].type`, values: ['convolution', null] })),
    );
    expect(differences(told)).toEqual([{ field: 'model.layers', head: 'Layers', values: ['8: 8 convolution', '–'] }]);
  });
});
