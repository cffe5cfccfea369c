/** Tells what was received before: every process numbers what it sends. Forgets the processes that were silent longest. */
export class SeenOrigins {
  readonly #most: number;
  readonly #last = new Map<string, number>();

  constructor(most = 10_000) {
    this.#most = most;
  }

  /** Whether this is the first time; it is not after that. */
  isNew(origin: string, seq: number): boolean {
    const last = this.#last.get(origin) ?? 0;
    if (seq <= last) return false;
    // Moves it to the end.
    this.#last.delete(origin);
    this.#last.set(origin, seq);
    if (this.#last.size > this.#most) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    for (const origin of this.#last.keys()) {
      this.#last.delete(origin);
      return;
    }
  }
}
