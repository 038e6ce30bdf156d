import type { Run } from '../../api/types';

export function Details(_: { run: Run }) {
  return null;
}
