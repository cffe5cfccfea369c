import type { Recorder } from './events/recorder.js';
import type { Clock } from './kernel/clock.js';
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
  readonly clock: Clock;
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
        const entry = current.get(key);
        wasFresh = entry !== undefined;
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
    const now = this.#parts.clock.now();
    return { ...entry, freshness: { until: now, latest: now, idleMs: Infinity, loadMs: 0 } };
  }
}
