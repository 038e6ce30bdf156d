/** The most pictures of one request, and the most bytes: the service takes 10 MB at once, unless it is set otherwise. */
export const mostPictures = 200;
export const mostBytes = 8_000_000;

/** Files in groups that a request can take, in their order; a file that is too large alone is a group of its own. */
export function batches<T extends { size: number }>(files: readonly T[]): T[][] {
  const groups: T[][] = [];
  let bytes = 0;
  for (const file of files) {
    const group = groups.at(-1);
    if (!group || group.length === mostPictures || bytes + file.size > mostBytes) {
      groups.push([file]);
      bytes = file.size;
    } else {
      group.push(file);
      bytes += file.size;
    }
  }
  return groups;
}

/** What became of a file: the service's answer, or its refusal. */
export type Told<A> = { answer: A } | { refusal: string };

/**
 * Asks for the answers to a group. The service answers none of a group with a broken file: those that it names are left out, and the
 * others are asked for again. Where it names none, the group is halved until the refusal is of a file alone.
 *
 * @param ask - Answers all files of a group, or throws.
 * @param refusalOf - What an error says of a file, and of which by their places in the group; undefined for an error that is of no file.
 */
export async function askEach<F, A>(
  files: readonly F[],
  ask: (group: readonly F[]) => Promise<readonly A[]>,
  refusalOf: (error: unknown) => { words: string; named: ReadonlyMap<number, string> } | undefined,
): Promise<Told<A>[]> {
  if (files.length === 0) return [];
  try {
    return (await ask(files)).map(answer => ({ answer }));
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const { words, named } = refusal;
    if (named.size > 0) {
      const others = await askEach(
        files.filter((_, at) => !named.has(at)),
        ask,
        refusalOf,
      );
      return files.map((_, at) => {
        const told = named.get(at);
        return told === undefined ? (others.shift() as Told<A>) : { refusal: told };
      });
    }
    if (files.length === 1) return [{ refusal: words }];
    const half = Math.ceil(files.length / 2);
    const first = await askEach(files.slice(0, half), ask, refusalOf);
    return [...first, ...(await askEach(files.slice(half), ask, refusalOf))];
  }
}
