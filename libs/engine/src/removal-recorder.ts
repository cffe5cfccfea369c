import type { Recorder } from './events/recorder.js';
import type { Slot } from './eviction/strategy.js';
import type { RemovalCause } from './kernel/entry.js';
import type { SlotReader, TableObserver } from './memory/table-observer.js';

/** Records what leaves the memory of a cache by itself: counted always, told once it is gone where somebody wants to know. */
export class RemovalRecorder<V> implements TableObserver<string, V> {
  /** Removals are always counted. */
  readonly isIdle = false;
  readonly #recorder: Recorder<V>;
  readonly #isDirty: (key: string) => boolean;

  constructor(recorder: Recorder<V>, isDirty: (key: string) => boolean) {
    this.#recorder = recorder;
    this.#isDirty = isDirty;
  }

  removing(entries: SlotReader<string, V>, slot: Slot, cause: RemovalCause): (() => void) | undefined {
    if (cause !== 'evicted' && cause !== 'expired') return undefined;
    const recorder = this.#recorder;
    recorder.counters.counts[cause === 'evicted' ? 'evictions' : 'expirations']++;
    if (!recorder.isObserved) return undefined;
    const key = entries.keyAt(slot);
    const [value, entry] = [entries.valueAt(slot), entries.viewAt(slot, this.#isDirty(key))];
    return () => recorder[cause](key, value, entry);
  }

  stalled(reason: string): void {
    this.#recorder.emit({ type: 'eviction_stalled', reason });
  }

  swapped(from: string, to: string): void {
    this.#recorder.emit({ type: 'strategy_swapped', from, to });
  }
}
