import type { Fence, Fencing } from '../kernel/fencing.js';

/** Beyond so many keys the one that was noted first is forgotten. */
const MOST_KEYS = 10_000;

/** Remembers of which keys the store is known to have nothing, as long as nobody changes them. */
export class MissedKeys {
  readonly #fencing: Fencing;
  readonly #fences = new Map<string, Fence>();

  constructor(fencing: Fencing) {
    this.#fencing = fencing;
  }

  /** To be called before the store is asked. */
  note(keys: readonly string[]): void {
    for (const key of keys) {
      this.forget(key);
      this.#fences.set(key, this.#fencing.enter(key));
      const [oldest] = this.#fences.keys();
      if (this.#fences.size > MOST_KEYS && oldest !== undefined) this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.#fences.get(key)?.release();
    this.#fences.delete(key);
  }

  /** Whether a key was noted and has not been changed since; it is forgotten. */
  take(key: string): boolean {
    const isUnchanged = this.#fences.get(key)?.holds() ?? false;
    this.forget(key);
    return isUnchanged;
  }
}
