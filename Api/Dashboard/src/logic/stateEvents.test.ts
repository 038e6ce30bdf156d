import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../api/types';
import { stateEvents } from './stateEvents';

// The events of a run whose state changes before some iterations, as the service numbers them.
function eventsOf(iterations: number, perEpoch: number, changes: readonly number[]): RunEvent[] {
  const events: RunEvent[] = [];
  const tell = (event: Partial<RunEvent>) => events.push({ sequence: events.length + 1, at: '', ...event } as RunEvent);
  tell({ type: 'state', state: 'queued' });
  tell({ type: 'state', state: 'running' });
  for (let iteration = 1; iteration <= iterations; iteration++) {
    if (changes.includes(iteration))
      for (const state of ['paused', 'queued', 'running'] as const) tell({ type: 'state', state });
    tell({ type: 'iteration', iteration, epoch: Math.ceil(iteration / perEpoch) });
    if (iteration === 1) tell({ type: 'epoch', iteration, epoch: 0 });
    if (iteration % perEpoch === 0) tell({ type: 'epoch', iteration, epoch: iteration / perEpoch });
  }
  return events;
}

async function read(events: readonly RunEvent[], iterations: number, epochs: number) {
  let requests = 0;
  const changes = await stateEvents(
    async (after, limit) => {
      requests++;
      return events.slice(after, after + limit);
    },
    iterations,
    epochs,
  );
  return { requests, sequences: changes.map(event => event.sequence) };
}

const changesOf = (events: readonly RunEvent[]) =>
  events.filter(event => event.type === 'state').map(event => event.sequence);

describe('The changes of a state', () => {
  it('are in one page of a short run', async () => {
    const events = eventsOf(100, 50, [60]);
    expect(await read(events, 100, 2)).toEqual({ requests: 1, sequences: changesOf(events) });
  });

  it('are found by two requests where nothing happened between the begin and the end of a long run', async () => {
    const events = eventsOf(100_000, 400, []);
    events.push({ sequence: events.length + 1, type: 'state', state: 'completed', at: '' });
    expect(await read(events, 100_000, 250)).toEqual({ requests: 2, sequences: changesOf(events) });
  });

  it.each([[[50_000]], [[400, 401, 99_999]], [[1, 33_333, 66_666, 66_667]], [[100_000]]])(
    'are found wherever they are: before iterations %j',
    async changes => {
      const events = eventsOf(100_000, 400, changes);
      const { requests, sequences } = await read(events, 100_000, 250);
      expect(sequences).toEqual(changesOf(events));
      expect(requests).toBeLessThan(30); // of 200 pages
    },
  );

  it('are found where the run has gone on since it was read', async () => {
    const events = eventsOf(20_000, 400, [10_000, 19_900]);
    expect((await read(events, 19_600, 49)).sequences).toEqual(changesOf(events));
  });

  it('are found where each epoch is one iteration', async () => {
    const events = eventsOf(20_000, 1, [7, 12_345]);
    expect((await read(events, 20_000, 20_000)).sequences).toEqual(changesOf(events));
  });

  it('are none before there is an event', async () => {
    expect(await read([], 0, 0)).toEqual({ requests: 1, sequences: [] });
  });
});
