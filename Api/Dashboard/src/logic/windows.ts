import type { Curve } from '../api/types';

/** The points of a curve as a chart takes them, column by column. */
export interface Points {
  iteration: number[];
  min: number[];
  max: number[];
  mean: number[];
}

/**
 * The losses of a run in windows of 1, 2, 4, 8 ... iterations. It begins with what the service tells and takes each further loss; when there
 * are too many windows, two and two become one. No loss is left out, and one that is told twice counts once.
 */
export class Windows {
  private width = 1;
  private readonly first: number[] = [];
  private readonly count: number[] = [];
  private readonly min: number[] = [];
  private readonly max: number[] = [];
  private readonly sum: number[] = [];

  /** @param most - The number of windows above which they are joined. */
  constructor(private readonly most: number) {}

  /** The last iteration that is in a window; 0 if there is none. */
  get last(): number {
    const i = this.first.length - 1;
    return i < 0 ? 0 : (this.first[i] as number) + (this.count[i] as number) - 1;
  }

  /** The windows of an answer, whose last iteration is known from the run. */
  static of(curve: Curve, lastIteration: number, most: number): Windows {
    const windows = new Windows(most);
    const { iterations } = curve;
    windows.width = iterations.length > 1 ? (iterations[1] as number) - (iterations[0] as number) : 1;
    for (let i = 0; i < iterations.length; i++) {
      const first = iterations[i] as number;
      const next = iterations[i + 1] ?? Math.min(lastIteration + 1, first + windows.width);
      windows.push(
        first,
        next - first,
        curve.min[i] as number,
        curve.max[i] as number,
        (curve.mean[i] as number) * (next - first),
      );
    }
    return windows;
  }

  /** Takes the next loss. */
  add(iteration: number, loss: number): void {
    if (iteration <= this.last) return;
    const i = this.first.length - 1;
    const sameWindow =
      i >= 0 && Math.floor((iteration - 1) / this.width) === Math.floor(((this.first[i] as number) - 1) / this.width);
    if (sameWindow) this.join(i, iteration - (this.first[i] as number) + 1, loss, loss, loss);
    else this.push(iteration, 1, loss, loss, loss);
    if (this.first.length > this.most) this.halve();
  }

  /** What a chart draws. */
  points(): Points {
    return {
      iteration: [...this.first],
      min: [...this.min],
      max: [...this.max],
      mean: this.sum.map((sum, i) => sum / (this.count[i] as number)),
    };
  }

  private push(first: number, count: number, min: number, max: number, sum: number): void {
    this.first.push(first);
    this.count.push(count);
    this.min.push(min);
    this.max.push(max);
    this.sum.push(sum);
  }

  private join(i: number, count: number, min: number, max: number, sum: number): void {
    this.count[i] = count;
    this.min[i] = Math.min(this.min[i] as number, min);
    this.max[i] = Math.max(this.max[i] as number, max);
    this.sum[i] = (this.sum[i] as number) + sum;
  }

  private halve(): void {
    this.width *= 2;
    let kept = 0;
    for (let i = 0; i < this.first.length; i++) {
      const first = this.first[i] as number;
      const before = kept - 1;
      const values = [this.count[i], this.min[i], this.max[i], this.sum[i]] as [number, number, number, number];
      if (
        before >= 0 &&
        Math.floor((first - 1) / this.width) === Math.floor(((this.first[before] as number) - 1) / this.width)
      ) {
        this.join(before, (this.count[before] as number) + values[0], values[1], values[2], values[3]);
      } else {
        this.first[kept] = first;
        [this.count[kept], this.min[kept], this.max[kept], this.sum[kept]] = values;
        kept++;
      }
    }
    for (const column of [this.first, this.count, this.min, this.max, this.sum]) column.length = kept;
  }
}
