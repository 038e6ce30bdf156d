/**
 * The place that a key leads to in a grid that is read row by row; undefined where it leads nowhere.
 *
 * @param row - How many places a row has.
 */
export function nextPlace(key: string, at: number, all: number, row: number): number | undefined {
  const moves: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at + row,
    ArrowUp: at - row,
    Home: 0,
    End: all - 1,
  };
  const next = moves[key];
  return next === undefined || next < 0 || next >= all ? undefined : next;
}
