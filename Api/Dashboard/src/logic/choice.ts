import { type PackedFile, packedSize, tar } from './tar';

/** What was chosen for an upload. */
export interface Choice {
  /** The folder's or file's name. */
  from: string;
  /** What is sent. */
  content: Blob;
  fileName: string;
  /** Where each file of a folder ends in what is sent; undefined for an archive, which nobody has looked into. */
  ends: readonly number[] | undefined;
  /** A picture to show what becomes of them. */
  sample: Blob | undefined;
}

/** An archive as it is, or the files of folders packed in one; undefined where there is no file. */
export function choiceOf(files: readonly PackedFile[]): Choice | undefined {
  const [first] = files;
  if (!first) return undefined;
  if (files.length === 1 && !first.path.includes('/'))
    return { from: first.path, content: first.file, fileName: first.path, ends: undefined, sample: undefined };
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const roots = new Set(sorted.map(({ path }) => path.split('/', 1)[0] as string));
  let end = 0;
  const ends = sorted.map(file => {
    end += packedSize(file);
    return end;
  });
  const from = roots.size === 1 ? ([...roots][0] as string) : 'pictures';
  return {
    from,
    content: tar(sorted),
    fileName: `${from}.tar`,
    ends,
    sample: sorted.find(({ path }) => /\.(png|jpe?g|webp|gif|bmp)$/i.test(path))?.file,
  };
}

/** How many files have gone with so many bytes. */
export function filesSent(ends: readonly number[], bytes: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) <= bytes) low = middle + 1;
    else high = middle;
  }
  return low;
}
