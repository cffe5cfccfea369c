import { KeyWatches } from '../events/key-watches.js';
import type { Backing } from '../load/backing.js';
import type { MemoryTier } from '../memory/memory-tier.js';
import type { Core } from './core.js';

/** What tells of the values of single keys. */
export function wireWatches<V>(
  { recorder, validity, clock }: Core<V>,
  memory: MemoryTier<V>,
  backing: Backing<V> | undefined,
): KeyWatches<V> {
  const stored = async (key: string) => {
    try {
      return (await backing?.entriesOf([key]))?.get(key);
    } catch (error) {
      recorder.storeFailed(`read ${key}`, error);
      throw error;
    }
  };
  return new KeyWatches<V>({
    events$: recorder.events$,
    failed: (error) => recorder.hookFailed('watch$', error),
    entries: {
      clock,
      resident: (key) => memory.read(key),
      behind: backing && stored,
      isCurrent: (key, entry) => validity.isCurrent(key, entry),
      handOut: (value) => memory.handOut(value),
    },
  });
}
