/** The stretches in which both columns have numbers, as [first, behind the last]. */
export function unbroken(a: readonly (number | null)[], b: readonly (number | null)[]): [number, number][] {
  const stretches: [number, number][] = [];
  let from = -1;
  for (let i = 0; i <= a.length; i++) {
    const whole = i < a.length && a[i] !== null && b[i] !== null;
    if (whole && from < 0) from = i;
    if (whole || from < 0) continue;
    stretches.push([from, i]);
    from = -1;
  }
  return stretches;
}
