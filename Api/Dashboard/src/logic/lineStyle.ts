/** How a run's lines look wherever it is compared. */
export interface LineStyle {
  /** The name of a colour of the design. */
  color: string;
  /** Lengths of strokes and gaps; empty for a line without gaps. */
  dash: readonly number[];
}

const colors = 10;
const dashes: readonly (readonly number[])[] = [
  [],
  [8, 5],
  [2, 4],
  [12, 4, 2, 4],
  [4, 4],
  [16, 6],
  [2, 8],
  [8, 4, 2, 4, 2, 4],
];

/** The colour of a run: of its id alone, so that it is the same in every comparison. */
export function colorOf(id: string): string {
  let hash = 0x811c9dc5; // FNV-1a
  for (const letter of id) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return `run-${((hash ^ (hash >>> 15)) >>> 0) % colors}`;
}

/** The lines of runs that are compared, hidden ones too: those of the same colour are told apart by their strokes. */
export function lineStyles(ids: readonly string[]): Map<string, LineStyle> {
  const used = new Map<string, number>();
  return new Map(
    ids.toSorted().map(id => {
      const color = colorOf(id);
      const before = used.get(color) ?? 0;
      used.set(color, before + 1);
      return [id, { color, dash: dashes[before % dashes.length] as readonly number[] }];
    }),
  );
}
