import type { Operation } from '../store/backing-store.js';

/** So many keys are remembered though nothing waits of them any more. */
const MOST_SETTLED = 1000;

/**
 * Knows which changes that wait to be stored were overtaken by another process, in a store that a process has to itself: they are not shown, and not
 * stored. The user's truth gets every change.
 */
export class Overtaken {
  readonly #pending: (key: string) => Operation | undefined;
  readonly #upTo = new Map<string, number>();

  constructor(pending: (key: string) => Operation | undefined) {
    this.#pending = pending;
  }

  /** Another process has changed keys. */
  note(keys: readonly (readonly [key: string, version: number])[]): void {
    let waiting = 0;
    for (const [key, version] of keys) {
      if (this.#pending(key) === undefined) continue;
      this.#upTo.set(key, version);
      waiting++;
    }
    if (waiting > 0 && this.#upTo.size > MOST_SETTLED) this.#forgetSettled();
  }

  includes(operation: Operation): boolean {
    if (this.#upTo.size === 0) return false;
    const { key, version } = operation.type === 'set' ? operation.row : operation;
    return version < (this.#upTo.get(key) ?? 0);
  }

  #forgetSettled(): void {
    for (const key of this.#upTo.keys()) if (this.#pending(key) === undefined) this.#upTo.delete(key);
  }
}
