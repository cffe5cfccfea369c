import type { DeadLetterBook, Undeliverable } from './dead-letters.js';
import type { Death } from './journal.js';
import type { PendingChange } from './pending-change.js';

/** What a shelf asks of its policy. */
export interface ShelfParts {
  /** Lets go of what the journal holds of the changes. */
  readonly release: (changes: readonly PendingChange[]) => void;
  /** Makes a change pending again. Answers whether it is: not where a newer change of its key is. */
  readonly retry: (change: PendingChange) => boolean;
}

interface Letter {
  readonly change: PendingChange;
  readonly death: Death;
}

/** The dead letters of one policy, at most one per key: the newest. One that something newer was stored for goes by itself. */
export class DeadLetterShelf implements DeadLetterBook {
  readonly #parts: ShelfParts;
  readonly #letters = new Map<string, Letter>();

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#letters.size;
  }

  put(change: PendingChange, death: Death): void {
    const earlier = this.#letters.get(change.key);
    if (earlier !== undefined && earlier.change.version > change.version)
      return this.#parts.release([change]);
    this.#remove([change.key]);
    this.#letters.set(change.key, { change, death });
  }

  list(): readonly Undeliverable[] {
    return Array.from(this.#letters.values(), ({ change, death }) => ({
      operation: change.operation,
      death,
    }));
  }

  async retry(keys?: readonly string[]): Promise<number> {
    const asked = this.#of(keys);
    const retried = asked.filter(({ change }) => this.#parts.retry(change));
    for (const { change } of retried) this.#letters.delete(change.key);
    return retried.length;
  }

  async discard(keys?: readonly string[]): Promise<number> {
    return this.#remove(this.#of(keys).map(({ change }) => change.key));
  }

  /** Forgets those for which something newer has been stored. */
  outdate(stored: readonly { readonly key: string; readonly version: number }[]): void {
    if (this.#letters.size === 0) return;
    const outdated = stored.filter(({ key, version }) => {
      const letter = this.#letters.get(key);
      return letter !== undefined && letter.change.version < version;
    });
    this.#remove(outdated.map(({ key }) => key));
  }

  clear(): void {
    this.#remove([...this.#letters.keys()]);
  }

  #of(keys: readonly string[] | undefined): Letter[] {
    if (keys === undefined) return [...this.#letters.values()];
    return [...new Set(keys)].map((key) => this.#letters.get(key)).filter((letter) => letter !== undefined);
  }

  #remove(keys: readonly string[]): number {
    const letters = keys.map((key) => this.#letters.get(key)).filter((letter) => letter !== undefined);
    for (const { change } of letters) this.#letters.delete(change.key);
    if (letters.length > 0) this.#parts.release(letters.map(({ change }) => change));
    return letters.length;
  }
}
