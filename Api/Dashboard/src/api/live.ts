import { type HubConnection, HubConnectionBuilder, HubConnectionState, LogLevel } from '@microsoft/signalr';
import { key, root } from './client';
import type { Run, RunEvent } from './types';

/** How the page is connected: `live`, or trying again after the connection was lost. */
export type LiveState = 'live' | 'connecting' | 'offline';

const longestPause = 5000;
const pause = (tried: number) => Math.min(250 * 2 ** tried, longestPause);

/**
 * The one connection to the hub. It never gives up, and when it is back, each watch goes on after the last event that it has seen, so that
 * nothing is missing and nothing comes twice.
 */
class Live extends EventTarget {
  state: LiveState = 'connecting';
  private hub: HubConnection | undefined;
  private readonly watches = new Set<Watch>();

  /** Connects, if it is not connected yet. */
  connect(): void {
    if (this.hub) return;
    const options = key.get() === '' ? {} : { accessTokenFactory: () => key.get() };
    this.hub = new HubConnectionBuilder()
      .withUrl(`${root}hubs/runs`, options)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: retry => pause(retry.previousRetryCount) })
      .configureLogging(LogLevel.None)
      .build();
    this.hub.on('RunChanged', (run: Run) => this.dispatchEvent(new CustomEvent<Run>('run', { detail: run })));
    this.hub.onreconnecting(() => this.enter('offline'));
    this.hub.onreconnected(() => this.begin());
    void this.start(this.hub, 0);
  }

  /** Connects anew, with the key as it is now. */
  async reconnect(): Promise<void> {
    const before = this.hub;
    this.hub = undefined;
    await before?.stop();
    this.connect();
  }

  /** Tells all events of a run above a sequence, those to come too, until it is stopped. */
  watch(run: string, after: number, told: (event: RunEvent) => void): () => void {
    const watch = new Watch(run, after, told);
    this.watches.add(watch);
    if (this.hub?.state === HubConnectionState.Connected) watch.follow(this.hub);
    return () => {
      watch.stop();
      this.watches.delete(watch);
    };
  }

  private async start(hub: HubConnection, tried: number): Promise<void> {
    try {
      await hub.start();
      this.begin();
    } catch {
      if (this.hub !== hub) return;
      this.enter('offline');
      setTimeout(() => void this.start(hub, tried + 1), pause(tried));
    }
  }

  private begin(): void {
    if (!this.hub) return;
    this.enter('live');
    void this.hub.invoke('WatchAll').catch(() => {});
    for (const watch of this.watches) watch.follow(this.hub);
    this.dispatchEvent(new Event('begun')); // what was missed meanwhile is to be read
  }

  private enter(state: LiveState): void {
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }
}

class Watch {
  private subscription: { dispose(): void } | undefined;

  constructor(
    private readonly run: string,
    private after: number,
    private readonly told: (event: RunEvent) => void,
  ) {}

  follow(hub: HubConnection): void {
    this.subscription?.dispose();
    this.subscription = hub.stream<RunEvent>('Watch', this.run, this.after).subscribe({
      next: event => {
        if (event.sequence <= this.after) return;
        this.after = event.sequence;
        this.told({ ...event, ...(event.loss === undefined ? {} : { loss: Number(event.loss) }) });
      },
      complete: () => {},
      error: () => {}, // the connection, which comes back, or the run is gone, which the list of runs tells
    });
  }

  stop(): void {
    this.subscription?.dispose();
  }
}

export const live = new Live();
