/** At most so many of a list, evenly from all over it and in its order; each turn gives others, until it begins again. */
export function spread<T>(items: readonly T[], most: number, turn: number): T[] {
  const step = Math.max(1, Math.ceil(items.length / most));
  return items.filter((_, at) => at % step === turn % step);
}
