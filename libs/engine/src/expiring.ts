import type { Recorder } from './events/recorder.js';
import type { Change } from './kernel/entries.js';
import type { EntryState } from './kernel/entry.js';
import type { Fencing } from './kernel/fencing.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { StoreSide } from './store-side.js';
import type { Writer } from './write/writer.js';

/** What makes entries stale works on these. */
export interface ExpiringParts<V> {
  readonly memory: MemoryTier<V>;
  readonly side: StoreSide | undefined;
  readonly writer: Writer<V>;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
}

/** Makes entries stale before their time. */
export class Expiring<V> {
  readonly #parts: ExpiringParts<V>;

  constructor(parts: ExpiringParts<V>) {
    this.#parts = parts;
  }

  /** Answers whether there was a fresh entry. Results of loads under way are not kept. */
  async expire(key: string): Promise<boolean> {
    const { side, writer } = this.#parts;
    if (side?.store.role === 'record') return this.#expireResident(key);
    let wasFresh = false;
    await writer.exchange([key], {
      decide: (current): readonly Change<V>[] => {
        // What has come into memory while the store was read counts, too.
        const entry = current.get(key) ?? this.#parts.memory.read(key);
        wasFresh = entry !== undefined;
        if (entry === undefined) this.#parts.fencing.raise(key);
        return entry === undefined ? [] : [[key, this.#expired(entry)]];
      },
      settled: () => undefined,
    });
    return wasFresh;
  }

  /** The row is the user's truth, and as right as before. */
  #expireResident(key: string): boolean {
    const { memory, fencing, recorder } = this.#parts;
    const entry = memory.read(key);
    fencing.raise(key);
    if (entry === undefined) return false;
    memory.offer(key, this.#expired(entry));
    recorder.invalidated({ keys: [key] });
    return true;
  }

  #expired(entry: EntryState<V>): EntryState<V> {
    // As late as memory sees it, so that it is stale at once.
    const now = this.#parts.memory.table.time.now();
    return { ...entry, freshness: { until: now, latest: now, idleMs: Infinity, loadMs: 0 } };
  }
}
