import type { Dataset, DatasetReport } from './types';

const slot = (name: string) => `cnnservice-report-${name}`;

/** Keeps what the service told of an upload until the browser's session ends: it is told once. */
export function keepReport(report: DatasetReport): void {
  try {
    sessionStorage.setItem(slot(report.name), JSON.stringify(report));
  } catch {
    // a browser that has no room for it goes without
  }
}

/** What was told of the upload of a dataset, if it was of this session. */
export function keptReport(dataset: Dataset): DatasetReport | undefined {
  const text = sessionStorage.getItem(slot(dataset.name));
  const report = text === null ? undefined : (JSON.parse(text) as DatasetReport);
  return report?.createdAt === dataset.createdAt ? report : undefined;
}
