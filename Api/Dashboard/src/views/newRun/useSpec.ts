import { useState } from 'preact/hooks';
import type { Dataset, Preset } from '../../api/types';
import { recommended } from '../../logic/newRun';
import type { JsonObject } from '../../logic/schema';
import { setQuery } from '../../router';

const without = 'none'; // the preset in the address where there is none

/**
 * The spec that is written. Its dataset and preset are in the address; the rest is kept in this step of the browser's history, which a
 * reload and the way back find again.
 */
export function useSpec(
  query: URLSearchParams,
  template: JsonObject,
  datasets: readonly Dataset[],
): { dataset: string; specWith: (presets: readonly Preset[]) => JsonObject; change: (spec: JsonObject) => void } {
  const [rest, setRest] = useState<JsonObject>(() => {
    const { dataset: _, preset: __, ...own } = template;
    return (history.state as { rest?: JsonObject } | null)?.rest ?? own;
  });
  const newest = [...datasets].sort((one, other) => other.createdAt.localeCompare(one.createdAt))[0]?.name;
  const dataset = query.get('dataset') ?? (typeof template.dataset === 'string' ? template.dataset : (newest ?? ''));

  const specWith = (presets: readonly Preset[]): JsonObject => {
    const named = query.get('preset') ?? (template.dataset === undefined ? recommended(presets) : template.preset);
    return { dataset, ...(named === undefined || named === without ? {} : { preset: named }), ...rest };
  };
  const change = (spec: JsonObject) => {
    const { dataset: named, preset, ...own } = spec;
    const odd = {
      ...(typeof named === 'string' ? {} : named === undefined ? {} : { dataset: named }),
      ...(typeof preset === 'string' || preset === undefined ? {} : { preset }),
    };
    setRest({ ...odd, ...own });
    history.replaceState({ rest: { ...odd, ...own } }, '');
    setQuery({
      dataset: typeof named === 'string' ? named : dataset,
      preset: typeof preset === 'string' && preset !== '' ? preset : without,
    });
  };
  return { dataset, specWith, change };
}
