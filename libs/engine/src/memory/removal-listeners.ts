import type { Slot } from '../eviction/strategy.js';
import type { RemovalCause } from '../kernel/entry.js';
import { reason } from '../kernel/errors.js';
import type { SlotReader, TableObserver } from './table-observer.js';

/** An entry that has left a cache. */
export interface Removal<K, V> {
  readonly key: K;
  readonly value: V;
  readonly cause: RemovalCause;
}

type Listener<K, V> = (removal: Removal<K, V>) => void;

/** Tells listeners what has left a table. What one throws becomes a process warning; the others are told all the same. */
export class RemovalListeners<K, V> implements TableObserver<K, V> {
  readonly #listeners = new Set<Listener<K, V>>();

  get isIdle(): boolean {
    return this.#listeners.size === 0;
  }

  /** Answers how to stop. */
  add(listener: Listener<K, V>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  removing(entries: SlotReader<K, V>, slot: Slot, cause: RemovalCause): (() => void) | undefined {
    if (this.#listeners.size === 0) return undefined;
    const removal = { key: entries.keyAt(slot), value: entries.valueAt(slot), cause };
    return () => this.#listeners.forEach((listener) => guarded(listener, removal));
  }

  /** A stalled cache is seen by its size. */
  stalled(): void {}

  /** Seen in the cache's `choice`. */
  swapped(): void {}
}

function guarded<K, V>(listener: Listener<K, V>, removal: Removal<K, V>): void {
  try {
    listener(removal);
  } catch (error) {
    process.emitWarning(`a removal listener threw: ${reason(error)}`);
  }
}
