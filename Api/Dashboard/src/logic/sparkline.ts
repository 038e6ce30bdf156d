/**
 * The path of a small curve: the lowest value at the bottom, the highest at the top. What is no finite number is a gap.
 *
 * @param margin - What is left free on each side, for the width of the line.
 */
export function sparklinePath(values: readonly number[], width: number, height: number, margin = 2): string {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const x = (i: number) => margin + (values.length < 2 ? 0 : (i / (values.length - 1)) * (width - 2 * margin));
  const y = (value: number) =>
    high === low ? height / 2 : height - margin - ((value - low) / (high - low)) * (height - 2 * margin);
  let path = '';
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    const begins = i === 0 || !Number.isFinite(values[i - 1]);
    const alone = begins && !Number.isFinite(values[i + 1]);
    const at = `${short(x(i))} ${short(y(value))}`;
    path += `${begins ? 'M' : 'L'}${at}${alone ? `L${at}` : ''}`;
  });
  return path;
}

const short = (value: number) => Number(value.toFixed(1)).toString();
