/** The address of the service, with a slash at its end: the page may be served below any path. */
export const root = new URL('.', document.baseURI).href;

/** An answer of the service that is no success, as it told it (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** What is wrong with which field of the request. */
    readonly errors: Readonly<Record<string, string[]>> = {},
  ) {
    super(detail || title);
  }
}

/** What the page calls when the service asks for a key. */
export const keyNeeded = new EventTarget();

const keyName = 'cnnservice-key';

/** The key that is sent with each request, kept until the browser's session ends. */
export const key = {
  get: (): string => sessionStorage.getItem(keyName) ?? '',
  set: (value: string): void => sessionStorage.setItem(keyName, value),
};

/** The headers of each request. */
export function headers(): Record<string, string> {
  return key.get() === '' ? {} : { 'X-Api-Key': key.get() };
}

/** Asks the service; a refusal is a {@link Problem}. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(root + path, {
      ...init,
      headers: { ...headers(), ...(init.headers as Record<string, string>) },
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, 'No answer', 'The service does not answer. It may be restarting; nothing is lost.');
  }
  if (answer.ok) return answer;
  throw refused(answer.status, await answer.text());
}

/** The problem that an answer tells of. */
export function refused(status: number, text: string): Problem {
  if (status === 401) keyNeeded.dispatchEvent(new Event('needed'));
  try {
    const told = JSON.parse(text) as { title?: string; detail?: string; errors?: Record<string, string[]> };
    return new Problem(status, told.title ?? '', told.detail ?? '', told.errors);
  } catch {
    return new Problem(status, `Status ${status}`, text.slice(0, 200));
  }
}

/** The JSON at an address. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return parse<T>(await (await ask(path, { signal: signal ?? null })).text());
}

/** Sends JSON, or nothing, and gives the answer. */
export async function post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method: 'POST', signal: signal ?? null };
  if (body instanceof Blob || body instanceof FormData) init.body = body;
  else if (body !== undefined)
    Object.assign(init, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  return parse<T>(await (await ask(path, init)).text());
}

/** Deletes what is at an address. */
export async function remove(path: string): Promise<void> {
  await ask(path, { method: 'DELETE' });
}

// Numbers that are not finite come as texts; in the numeric fields of losses they become numbers again.
const lossFields = new Set(['loss', 'min', 'max', 'mean', 'validationLoss']);

function parse<T>(text: string): T {
  return (
    text === '' ? undefined : JSON.parse(text, (name, value) => (lossFields.has(name) ? number(value) : value))
  ) as T;
}

function number(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(number);
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
}
