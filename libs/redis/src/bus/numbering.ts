/**
 * Finds out whether entries are missing: Redis numbers them one by one. An entry that cannot be trusted says nothing about its number; it may have
 * taken one, so as many numbers as there were such entries may be left out.
 */
export class Numbering {
  #last: number;
  #untrusted = 0;

  constructor(last: number) {
    this.#last = last;
  }

  /** The number of the last entry that can be trusted. */
  get last(): number {
    return this.#last;
  }

  /** Takes the number of the next entry; false where entries before it are missing. */
  take(number: number): boolean {
    const isNext = number > this.#last && number <= this.#last + 1 + this.#untrusted;
    this.#last = number;
    this.#untrusted = 0;
    return isNext;
  }

  /** An entry came that may have taken a number, or not. */
  leaveRoom(): void {
    this.#untrusted += 1;
  }

  /** Whether everything is here, now that all of the stream was read: `promised` are the numbers given before that, `given` those since. */
  isComplete(promised: number, given: number): boolean {
    const isComplete = promised <= this.#last + this.#untrusted;
    this.#untrusted = Math.min(this.#untrusted, Math.max(0, given - this.#last));
    return isComplete;
  }
}
