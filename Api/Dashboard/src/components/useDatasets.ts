import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import { live } from '../api/live';
import type { Dataset, Page } from '../api/types';
import { type Loaded, useLoaded } from './useLoaded';

/** All datasets in the order of their names; read again when the connection is back. */
export function useDatasets(): Loaded<Dataset[]> {
  const datasets = useLoaded(all, []);
  useEffect(() => {
    live.addEventListener('begun', datasets.again);
    return () => live.removeEventListener('begun', datasets.again);
  }, []);
  return datasets;
}

async function all(signal: AbortSignal): Promise<Dataset[]> {
  const datasets: Dataset[] = [];
  let after = '';
  do {
    const page: Page<Dataset> = await get(`api/datasets?limit=1000${after}`, signal);
    datasets.push(...page.items);
    after = page.next === undefined ? '' : `&after=${encodeURIComponent(page.next)}`;
  } while (after !== '');
  return datasets;
}

/** The dataset that the service brings. */
export const isBuiltIn = (dataset: Dataset): boolean => dataset.name === 'shapes';
