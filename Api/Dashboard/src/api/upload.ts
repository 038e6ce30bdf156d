import { headers, Problem, refused, root } from './client';
import type { DatasetReport, RefusedFile } from './types';

/** What is sent: the archive, and the fields of the form as the service names them. */
export interface Upload {
  content: Blob;
  fileName: string;
  fields: Readonly<Record<string, string>>;
}

/** An upload that the service took nothing from, with the first files that it refused. */
export class RefusedUpload extends Problem {
  constructor(
    problem: Problem,
    readonly files: readonly RefusedFile[],
    readonly count: number,
  ) {
    super(problem.status, problem.title, problem.detail, problem.errors);
  }
}

/** Sends a dataset and tells how many bytes have gone, which fetch cannot; a refusal is a {@link Problem}. */
export function upload(
  { content, fileName, fields }: Upload,
  told: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<DatasetReport> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', content, fileName);
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${root}api/datasets`);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = event => told(event.loaded, event.total);
    request.onload = () =>
      request.status === 201
        ? done(JSON.parse(request.responseText) as DatasetReport)
        : failed(refusal(request.status, request.responseText));
    request.onerror = () => failed(new Problem(0, 'No answer', brokenOff));
    request.onabort = () => failed(signal.reason);
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

const brokenOff =
  'The upload broke off, and nothing of it was kept. Either the service does not answer, or the upload is too large for it, or a file was changed or removed meanwhile. Try again.';

function refusal(status: number, text: string): Problem {
  const problem = refused(status, text);
  try {
    const told = JSON.parse(text) as { refused?: RefusedFile[]; refusedCount?: number };
    if (told.refused) return new RefusedUpload(problem, told.refused, told.refusedCount ?? told.refused.length);
  } catch {
    // no JSON: the problem says so
  }
  return problem;
}
