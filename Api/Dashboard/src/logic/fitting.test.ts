import { describe, expect, it } from 'vitest';
import { fittingOf, placement, toGrey } from './fitting';

const size = 32;
const of = (resize: 'squash' | 'crop' | 'pad', border = 0) => ({ resize, border, background: '#000000' });

describe('placement', () => {
  it('squashes the whole picture to the whole size', () => {
    expect(placement(100, 50, of('squash'), size)).toEqual({
      from: { x: 0, y: 0, width: 100, height: 50 },
      to: { x: 0, y: 0, width: 32, height: 32 },
    });
  });

  it('crops the largest square in the middle', () => {
    expect(placement(101, 50, of('crop'), size).from).toEqual({ x: 25, y: 0, width: 50, height: 50 });
    expect(placement(50, 101, of('crop'), size).from).toEqual({ x: 0, y: 25, width: 50, height: 50 });
  });

  it('pads what is not square, undistorted and in the middle', () => {
    expect(placement(100, 50, of('pad'), size).to).toEqual({ x: 0, y: 8, width: 32, height: 16 });
    expect(placement(50, 100, of('pad'), size).to).toEqual({ x: 8, y: 0, width: 16, height: 32 });
    expect(placement(1000, 1, of('pad'), size).to.height).toBe(1);
  });

  it('leaves a border of zeros around pictures of another size, and none around those that have it', () => {
    expect(placement(28, 28, of('squash', 2), size).to).toEqual({ x: 2, y: 2, width: 28, height: 28 });
    expect(placement(56, 28, of('pad', 2), size).to).toEqual({ x: 2, y: 9, width: 28, height: 14 });
    expect(placement(32, 32, of('pad', 2), size).to).toEqual({ x: 0, y: 0, width: 32, height: 32 });
  });
});

describe('fittingOf', () => {
  it('is the one of the dataset', () => {
    expect(fittingOf({ resize: 'pad', border: 2, background: '#ffffff' }, undefined)).toEqual({
      resize: 'pad',
      border: 2,
      background: '#ffffff',
    });
  });

  it('squashes where the dataset refuses pictures of another size, or does not tell', () => {
    expect(fittingOf({ resize: 'none' }, undefined).resize).toBe('squash');
    expect(fittingOf(undefined, undefined)).toEqual({ resize: 'squash', border: 0, background: '#000000' });
  });

  it('is what was chosen', () => {
    expect(fittingOf({ resize: 'pad' }, 'crop').resize).toBe('crop');
  });
});

describe('toGrey', () => {
  it('weighs green most, keeps grey as it is, and leaves alpha alone', () => {
    const pixels = new Uint8ClampedArray([255, 0, 0, 255, 0, 255, 0, 9, 0, 0, 255, 0, 77, 77, 77, 255]);
    toGrey(pixels);
    expect([...pixels]).toEqual([76, 76, 76, 255, 150, 150, 150, 9, 29, 29, 29, 0, 77, 77, 77, 255]);
  });
});
