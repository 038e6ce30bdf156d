import type { Run } from '../../api/types';

export function TryIt(_: { run: Run }) {
  return null;
}
