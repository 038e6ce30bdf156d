/**
 * An exponential moving average without the bias of its beginning (Kingma and Ba, 2015, section 3): a constant stays what it is. Numbers
 * that are not finite are passed on and leave the average as it was.
 *
 * @param values - The values in their order.
 * @param weight - The share of what was before, from 0 (no smoothing) to below 1.
 */
export function smooth(values: ArrayLike<number>, weight: number): number[] {
  const result = new Array<number>(values.length);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) {
      sum = weight * sum + (1 - weight) * value;
      total = weight * total + (1 - weight);
      result[i] = sum / total;
    } else {
      result[i] = value;
    }
  }
  return result;
}
