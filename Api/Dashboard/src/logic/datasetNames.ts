const longest = 63;
const spare = 'pictures';

/** A name as the service takes it, made of a folder's or file's, that no dataset has yet. */
export function proposedName(from: string, taken: readonly string[]): string {
  const name = legal(from.replace(/\.(zip|tar|tar\.gz|tgz|gz)$/i, '')) || spare;
  for (let copy = 1; ; copy++) {
    const ending = copy === 1 ? '' : `-${copy}`;
    const tried = name.slice(0, longest - ending.length) + ending;
    if (!taken.includes(tried)) return tried;
  }
}

function legal(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toUpperCase() // ß becomes SS
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
}

/** Why a name cannot be given, in words; undefined for one that can. */
export function wrongName(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return 'Give it a name.';
  if (name.length > longest) return `A name has at most ${longest} characters.`;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) return 'A name has only a to z, 0 to 9 and -, and does not begin with -.';
  return taken.includes(name) ? `There is a dataset ${name} already; take another name.` : undefined;
}
