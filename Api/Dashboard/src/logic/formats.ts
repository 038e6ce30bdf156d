// Every number and time that the page shows is written here.

// To make one of these takes far longer than to use it.
const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const toMinutes = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short', hour12: false });
const toSeconds = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', hour12: false });

/** 12345 as 12,345. */
export const count = (value: number): string => integers.format(value);

/** "1 picture", "2 pictures". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** 0.9342 as 93.4 %. All right, or none, only where it is so. */
export function percent(share: number | null | undefined): string {
  if (share === undefined || share === null || Number.isNaN(share)) return '–';
  const text = (100 * share).toFixed(1);
  if (text === '100.0') return share === 1 ? '100 %' : '99.9 %';
  if (text === '0.0') return share === 0 ? '0 %' : '0.1 %';
  return `${text} %`;
}

/** The range in which the true accuracy lies in 19 of 20 cases, by Wilson (1927), J. Am. Stat. Assoc. 22. */
export function accuracyRange(share: number, images: number): [number, number] {
  const z = 1.96;
  const middle = (share + (z * z) / (2 * images)) / (1 + (z * z) / images);
  const half =
    (z / (1 + (z * z) / images)) * Math.sqrt((share * (1 - share)) / images + (z * z) / (4 * images * images));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** A loss in four digits that count. */
export function loss(value: number | null | undefined): string {
  if (value === undefined || value === null) return '–';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : 'infinite';
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 100_000)
    ? value.toExponential(3)
    : Number(value.toPrecision(4)).toString();
}

/** A setting such as a learning rate. */
export const setting = (value: number): string => Number(value.toPrecision(6)).toString();

/** Seconds as "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number | null | undefined): string {
  if (seconds === undefined || seconds === null || !Number.isFinite(seconds)) return '–';
  if (seconds < 1) return 'under 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time between two: "10 to 15 s"; one number where both are told alike. */
export function durationRange(low: number, high: number): string {
  const [from, to] = [duration(low), duration(high)];
  if (from === to) return to;
  return high < 59.5 && low >= 1 ? `${Math.round(low)} to ${to}` : `${from} to ${to}`;
}

/** Bytes in the units of the field: 1 MB is 1,000,000 bytes. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} bytes`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} KB`;
  if (value < 1e9) return `${(value / 1e6).toFixed(1)} MB`;
  return `${(value / 1e9).toFixed(2)} GB`;
}

/** A time of the service, in the reader's zone. */
export const time = (iso: string | null | undefined): string => (iso ? toMinutes.format(new Date(iso)) : '–');

/** A time of the service to the second, in the reader's zone. */
export const moment = (iso: string): string => toSeconds.format(new Date(iso));
