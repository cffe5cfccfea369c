import type { Operation } from '../store/backing-store.js';

/** So many keys are remembered though nothing waits of them any more. */
const MOST_SETTLED = 1000;

/** What is known of the changes of a cache. */
export interface OvertakenParts {
  /** The change of a key that waits to be stored. */
  readonly pending: (key: string) => Operation | undefined;
  /** Whether this process would have heard of whatever has overtaken a change of this version long ago. */
  readonly vouches: (version: number) => boolean;
}

/**
 * Knows which changes that wait to be stored were overtaken by another process, in a store that a process has to itself: they are not shown, and not
 * stored. What may have been overtaken, while the others are not heard, is stored, but an entry is not shown. The user's truth gets every change.
 */
export class Overtaken {
  readonly #parts: OvertakenParts;
  readonly #upTo = new Map<string, number>();
  /** Whatever is older may have been overtaken, and nobody will tell. */
  #allUpTo = 0;

  constructor(parts: OvertakenParts) {
    this.#parts = parts;
  }

  /** Another process has changed keys. */
  note(keys: readonly (readonly [key: string, version: number])[]): void {
    let waiting = 0;
    for (const [key, version] of keys) {
      if (this.#parts.pending(key) === undefined) continue;
      // What several processes tell need not come in the order of versions.
      this.#upTo.set(key, Math.max(version, this.#upTo.get(key) ?? 0));
      waiting++;
    }
    if (waiting > 0 && this.#upTo.size > MOST_SETTLED) this.#forgetSettled();
  }

  /** What others have changed by now may have been missed. */
  noteAll(version: number): void {
    this.#allUpTo = version;
    this.#upTo.clear();
  }

  includes(operation: Operation): boolean {
    const { key, version } = changed(operation);
    return version < this.#allUpTo || version < (this.#upTo.get(key) ?? 0);
  }

  /** Whether readers may see it. */
  shows(operation: Operation): boolean {
    if (this.includes(operation)) return false;
    return operation.type === 'delete' || this.#parts.vouches(operation.row.version);
  }

  #forgetSettled(): void {
    for (const key of this.#upTo.keys()) if (this.#parts.pending(key) === undefined) this.#upTo.delete(key);
  }
}

function changed(operation: Operation): { readonly key: string; readonly version: number } {
  return operation.type === 'set' ? operation.row : operation;
}
