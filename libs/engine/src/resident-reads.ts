import type { Recorder } from './events/recorder.js';
import type { Slot } from './eviction/strategy.js';
import type { MemoryTier } from './memory/memory-tier.js';

/** Reads of what is fresh in memory, counted as hits and as uses. */
export class ResidentReads<V> {
  readonly #memory: MemoryTier<V>;
  readonly #recorder: Recorder<V>;
  /** At hand for every hit. */
  readonly #counts: Recorder<V>['counters']['counts'];

  constructor(memory: MemoryTier<V>, recorder: Recorder<V>) {
    this.#memory = memory;
    this.#recorder = recorder;
    this.#counts = recorder.counters.counts;
  }

  /** The value in a slot that was found. */
  hit(key: string, slot: Slot): V {
    const value = this.#memory.use(slot);
    this.#counts.hits++;
    if (this.#recorder.isObserved)
      this.#recorder.hit(key, 'memory', () => ({ value, entry: this.#memory.viewAt(slot) }));
    return value;
  }

  /** The values of those keys that have one, and the others, each once. */
  many(keys: Iterable<string>): { readonly values: Map<string, V>; readonly missing: readonly string[] } {
    const values = new Map<string, V>();
    const missing: string[] = [];
    for (const key of new Set(keys)) {
      const slot = this.#memory.find(key);
      if (slot === undefined) missing.push(key);
      else values.set(key, this.hit(key, slot));
    }
    return { values, missing };
  }
}
