import type { Run } from '../../api/types';

export function UseIt(_: { run: Run }) {
  return null;
}
