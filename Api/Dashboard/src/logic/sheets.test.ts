import { describe, expect, it } from 'vitest';
import { previewPath, sheetPath, sheets } from './sheets';

describe('sheets', () => {
  it('show each picture once, without an empty place', () => {
    expect(sheets(300, 16, 8)).toEqual([
      { offset: 0, columns: 16, rows: 8 },
      { offset: 128, columns: 16, rows: 8 },
      { offset: 256, columns: 16, rows: 2 },
      { offset: 288, columns: 12, rows: 1 },
    ]);
    for (const images of [0, 1, 12, 15, 16, 17, 127, 128, 129, 10_000]) {
      const shown = sheets(images, 16, 8).map(({ columns, rows }) => columns * rows);
      expect(shown.reduce((sum, one) => sum + one, 0)).toBe(images);
    }
  });

  it('are one row of what there is where there is little', () => {
    expect(sheets(5, 12, 1)).toEqual([{ offset: 0, columns: 5, rows: 1 }]);
  });
});

describe('addresses', () => {
  it('write labels so that nothing in them is taken for an address', () => {
    expect(sheetPath('pets', 'test', 'cats & dogs/2', { offset: 128, columns: 16, rows: 8 })).toBe(
      'api/datasets/pets/sheet.png?part=test&label=cats%20%26%20dogs%2F2&columns=16&rows=8&offset=128',
    );
  });

  it('take the preview from all over the part', () => {
    expect(previewPath('pets', 100, 4)).toBe('api/datasets/pets/sheet.png?columns=4&rows=1&indices=0,25,50,75');
  });
});
