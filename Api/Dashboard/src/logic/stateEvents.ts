import type { RunEvent } from '../api/types';

/** Reads the events of a run above a sequence number. */
export type ReadEvents = (after: number, limit: number) => Promise<RunEvent[]>;

const pageLength = 500;

/** A place between two events: its sequence number, and how many of the events up to it are iterations or epochs. */
interface Place {
  sequence: number;
  told: number;
}

/**
 * The changes of a run's state, in their order. A run may have a million events and a handful of changes: the first page and the last are
 * read, and between them only where events are that are neither iterations nor epochs.
 *
 * @param iterations - The iterations that the run has told at least.
 * @param epochs - The epochs that it has told at least.
 */
export async function stateEvents(read: ReadEvents, iterations: number, epochs: number): Promise<RunEvent[]> {
  const first = await read(0, pageLength);
  if (first.length < pageLength) return first.filter(isState);
  const begin = placeAfter(first) as Place;
  const tail = iterations + epochs; // all but the changes come to this number, so that the last change is above it
  if (tail <= begin.sequence) return [...first, ...(await read(begin.sequence, pageLength))].filter(isState);
  const last = await read(tail, pageLength);
  const next = last.find(event => !isState(event));
  const end = next ? before(next) : { sequence: last.at(-1)?.sequence ?? tail, told: tail };
  const between = await changesBetween(read, begin, end);
  const known = new Map([...first, ...between, ...last].filter(isState).map(event => [event.sequence, event]));
  return [...known.values()].sort((a, b) => a.sequence - b.sequence);
}

async function changesBetween(read: ReadEvents, begin: Place, end: Place): Promise<RunEvent[]> {
  const events = end.sequence - begin.sequence;
  if (events <= end.told - begin.told) return [];
  if (events <= pageLength) return (await read(begin.sequence, events)).filter(isState);
  const middle = begin.sequence + Math.floor(events / 2);
  const page = await read(middle, pageLength);
  const next = page.find(event => !isState(event));
  if (!next) return page.filter(isState);
  const reached = placeAfter(page) as Place;
  return [
    ...(await changesBetween(read, begin, before(next))),
    ...page.filter(isState),
    ...(reached.sequence < end.sequence ? await changesBetween(read, reached, end) : []),
  ];
}

const isState = (event: RunEvent): boolean => event.type === 'state';

// Sequence numbers have no gaps, and neither have iterations and epochs. The epoch event of the first iteration is left out of all counts.
const toldBy = ({ type, iteration = 0, epoch = 0 }: RunEvent): number =>
  iteration + (type === 'iteration' ? epoch - 1 : epoch);

const before = (event: RunEvent): Place => ({ sequence: event.sequence - 1, told: toldBy(event) - 1 });

function placeAfter(page: readonly RunEvent[]): Place | undefined {
  const event = page.findLast(one => !isState(one));
  return event && { sequence: event.sequence, told: toldBy(event) };
}
