import type { Run } from '../../api/types';

export function Confusions(_: { run: Run; query: URLSearchParams }) {
  return null;
}
