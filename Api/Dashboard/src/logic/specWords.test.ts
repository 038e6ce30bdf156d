import { describe, expect, it } from 'vitest';
import { factGroups, layerWords, valueWords } from './specWords';

describe('A spec in words', () => {
  it('tells its values', () => {
    expect([0.001, true, false, null, 'shuffle', []].map(valueWords)).toEqual([
      '0.001',
      'yes',
      'no',
      '–',
      'shuffle',
      'none',
    ]);
    expect(
      valueWords([
        { type: 'flip', mode: 'random' },
        { type: 'translate', pixels: 2 },
      ]),
    ).toBe('flip, mode random; translate, pixels 2');
    expect(valueWords({ norm: 1 })).toBe('norm 1');
  });

  it('tells a layer in a line, with those within it', () => {
    expect(layerWords({ type: 'relu' })).toBe('relu');
    expect(layerWords({ type: 'residual', projection: 'auto', layers: [{ type: 'relu' }] })).toBe(
      'residual, projection auto, layers relu',
    );
  });

  it('is told by groups: what stands alone, then each part with its kind and its fields', () => {
    const spec = {
      dataset: 'signs',
      name: 'x',
      seed: 1,
      epochs: 3,
      augmentations: [],
      model: { type: 'layers', layers: [{ type: 'affine', units: 10 }] },
      optimizer: { type: 'adam', learningRate: 0.003 },
    };
    expect(factGroups(spec)).toEqual([
      {
        title: 'Training',
        facts: [
          ['Epochs', '3'],
          ['Augmentations', 'none'],
        ],
      },
      {
        title: 'Model',
        facts: [['Kind', 'layers']],
      },
      {
        title: 'Optimizer',
        facts: [
          ['Kind', 'adam'],
          ['Learning rate', '0.003'],
        ],
      },
    ]);
  });
});
