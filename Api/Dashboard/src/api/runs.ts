import { get } from './client';
import type { Run } from './types';

/** What the service tells of a run. */
export const ofRun = <T>(run: Run, path: string, signal?: AbortSignal): Promise<T> =>
  get<T>(`api/runs/${run.id}/${path}`, signal);
