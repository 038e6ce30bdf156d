import { useEffect, useState } from 'preact/hooks';
import { root } from './api/client';

/** Where the page is: its path below the service, and the state of the view, which a link shows to others as well. */
export interface Address {
  path: string;
  query: URLSearchParams;
}

const moved = new EventTarget();

function here(): Address {
  const path = location.href.startsWith(root) ? location.pathname.slice(new URL(root).pathname.length) : '';
  return { path, query: new URLSearchParams(location.search) };
}

/** The address as it is now; the component draws again when it changes. */
export function useAddress(): Address {
  const [address, set] = useState(here);
  useEffect(() => {
    const update = () => set(here());
    moved.addEventListener('moved', update);
    addEventListener('popstate', update);
    return () => {
      moved.removeEventListener('moved', update);
      removeEventListener('popstate', update);
    };
  }, []);
  return address;
}

/** The full address of a view. */
export const href = (path: string): string => root + path;

/** Goes to a view, such as `runs/{id}?tab=details`. */
export function go(path: string): void {
  history.pushState(null, '', href(path));
  scrollTo(0, 0);
  moved.dispatchEvent(new Event('moved'));
}

/** Changes the view's state in the address, without a step in the history; an empty value leaves the name out. */
export function setQuery(changes: Record<string, string | undefined>): void {
  const { path, query } = here();
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(history.state, '', href(path) + (text === '' ? '' : `?${text}`));
  moved.dispatchEvent(new Event('moved'));
}

/** Lets links to views change the view in place. */
export function followLinks(): void {
  addEventListener('click', event => {
    const link = (event.target as Element).closest?.('a');
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target !== '' || link.hasAttribute('download')) return;
    const path = link.href.startsWith(root) ? link.href.slice(root.length) : undefined;
    if (path === undefined || /^(api|swagger|healthz)(\/|$)/.test(path) || path.startsWith('#')) return;
    event.preventDefault();
    go(path);
  });
}

/** The iterations that are looked at; undefined for all. */
export function rangeOf(query: URLSearchParams): [number, number] | undefined {
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
  return from >= 1 && to > from ? [from, to] : undefined;
}
