import { describe, expect, it } from 'vitest';
import { colorOf, lineStyles } from './lineStyle';

const ids = Array.from({ length: 1000 }, (_, i) => `01a2153f-8ce4-7a4b-b7e7-${i.toString(16).padStart(12, '0')}`);

describe('The line of a run', () => {
  it('has its colour by the id alone', () => {
    const [a, b, c] = ids as [string, string, string];
    expect(lineStyles([a, b, c]).get(b)?.color).toBe(lineStyles([b]).get(b)?.color);
    expect(lineStyles([c, b, a])).toEqual(lineStyles([a, b, c]));
  });

  it('is told from all others of a comparison by colour and strokes', () => {
    for (let i = 0; i + 8 <= ids.length; i += 8) {
      const styles = [...lineStyles(ids.slice(i, i + 8)).values()].map(style => JSON.stringify(style));
      expect(new Set(styles).size).toBe(8);
    }
  });

  it('has one of ten colours, each about as often', () => {
    const times = new Map<string, number>();
    for (const id of ids) times.set(colorOf(id), (times.get(colorOf(id)) ?? 0) + 1);
    expect(times.size).toBe(10);
    expect(Math.min(...times.values())).toBeGreaterThan(60);
  });
});
