import type { EntryState } from '../kernel/entry.js';
import { rowOf } from './operations.js';
import type { StoreBehind, WriterParts } from './writer.js';

/**
 * Stores again what is stored already, since its form has changed and not its meaning. It is the same write as before, under the version that it has:
 * its life and tags stay, memory and observers see no change, and what is invalidated is not brought back.
 */
export class Rewriting<V> {
  readonly #parts: WriterParts<V>;
  #isStopped = false;

  constructor(parts: WriterParts<V>) {
    this.#parts = parts;
  }

  /** From now on nothing more is rewritten; what is under way ends in its turn. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Reads a fresh entry behind memory and stores it as the codec writes it now. Never rejects: that the store failed is an event. Rows of the user's own
   * data are left alone, and a store that is down is not asked.
   * @param isDue asked when the entry was read, in the turn of its key: whether it still has the old form.
   */
  async rewrite(key: string, isDue: () => boolean): Promise<void> {
    const { behind, order, recorder } = this.#parts;
    if (this.#isStopped || behind?.isCache !== true || behind.isDown()) return;
    try {
      await order.run([key], async () => {
        const entry = (await behind.read([key])).get(key);
        if (entry !== undefined && isDue()) await this.#store(behind, key, entry);
      });
    } catch (error) {
      recorder.storeFailed(`rewrite ${key}`, error);
    }
  }

  async #store(behind: StoreBehind<V>, key: string, entry: EntryState<V>): Promise<void> {
    await behind.policy().onSet(rowOf({ ...behind, clock: this.#parts.clock }, key, entry));
  }
}
