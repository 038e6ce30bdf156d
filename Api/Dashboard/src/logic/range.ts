/** What the address says of a view of at least a few iterations, within those that there are. */
export function limited([from, to]: [number, number], last: number): Record<string, string | undefined> {
  const width = Math.max(4, Math.min(to - from, last - 1));
  const first = Math.round(Math.min(Math.max(1, from), Math.max(1, last - width)));
  return first <= 1 && width >= last - 1
    ? { from: undefined, to: undefined }
    : { from: `${first}`, to: `${Math.round(first + width)}` };
}
