import type { Fitting } from '../api/types';

/** A rectangle in pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which piece of a picture lands where in the small picture that the network gets. */
export interface Placement {
  from: Box;
  to: Box;
}

/** The ways to bring a picture to size that predict takes; `none` of a dataset refuses other sizes. */
export type Resize = NonNullable<Fitting['resize']>;

/** The ways in which a picture of another size comes to size. */
export type Fit = Exclude<Resize, 'none'>;

/**
 * Where a picture lands in the small one, as the service does it: squashed whole, the square in its middle, or the whole of it undistorted.
 * A picture that has the size already is left as it is, without a border.
 */
export function placement(width: number, height: number, fitting: Fitting, size: number): Placement {
  const whole: Box = { x: 0, y: 0, width, height };
  if (width === size && height === size) return { from: whole, to: whole };
  const border = fitting.border ?? 0;
  const inner = size - 2 * border;
  const square: Box = { x: border, y: border, width: inner, height: inner };
  if (fitting.resize === 'crop') return { from: middleSquare(width, height), to: square };
  return { from: whole, to: fitting.resize === 'pad' ? padded(width, height, inner, size) : square };
}

function middleSquare(width: number, height: number): Box {
  const side = Math.min(width, height);
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), width: side, height: side };
}

function padded(width: number, height: number, inner: number, size: number): Box {
  const longer = Math.max(width, height);
  const scaled = (side: number) => Math.max(1, Math.floor((side * inner + Math.floor(longer / 2)) / longer));
  const [across, down] = [scaled(width), scaled(height)];
  return { x: Math.floor((size - across) / 2), y: Math.floor((size - down) / 2), width: across, height: down };
}

/** The way that pictures are fitted when nothing else is chosen: that of the dataset, and squashed where it takes none of another size. */
export const fittingOf = (known: Fitting | undefined, chosen: Resize | undefined): Fitting => {
  const usual = known?.resize ?? 'none';
  return { border: 0, background: '#000000', ...known, resize: chosen ?? (usual === 'none' ? 'squash' : usual) };
};

/** Colours (red, green, blue, alpha) to grey in place, by the weights of ITU-R BT.601 that the service uses. */
export function toGrey(pixels: Uint8ClampedArray): void {
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    const [red, green, blue] = [pixels[i] as number, pixels[i + 1] as number, pixels[i + 2] as number];
    pixels.fill(Math.round(0.299 * red + 0.587 * green + 0.114 * blue), i, i + 3);
  }
}
