import type { Operation } from './backing-store.js';

/**
 * Writes that the store has refused. Where it works otherwise, it has made nothing of them, and all is as it was; where it turns out to be
 * down, nobody knows what has become of them. Until one of both shows, they are kept here.
 */
export class Suspects {
  readonly #limit: number;
  readonly #convict: (operations: readonly Operation[]) => void;
  readonly #operations: Operation[] = [];
  /** When the last of them was refused. */
  #since = 0;

  /** @param convict what is done with them where the store is down, or where there are more than `limit`. */
  constructor(limit: number, convict: (operations: readonly Operation[]) => void) {
    this.#limit = limit;
    this.#convict = convict;
  }

  add(operations: readonly Operation[], now: number): void {
    this.#since = now;
    for (const operation of operations) this.#operations.push(operation);
    if (this.#operations.length > this.#limit) this.convict();
  }

  /** The store has answered a call that began at `since`. */
  absolve(since: number): void {
    if (this.#operations.length > 0 && since >= this.#since) this.#operations.length = 0;
  }

  /** The store is down. */
  convict(): void {
    if (this.#operations.length > 0) this.#convict(this.#operations.splice(0));
  }
}
