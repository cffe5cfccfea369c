/**
 * Runs tasks on keys one after the other per key, in the order of the calls; tasks on different keys run side by side. A task
 * whose keys are idle starts at once. What fails does not hold up what follows.
 */
export class KeyOrder {
  /** The end of the last task of each busy key; never rejects. */
  readonly #tails = new Map<string, Promise<unknown>>();
  /** The end of the last task that had all keys to itself. */
  #barrier: Promise<unknown> | undefined;

  run<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const turn = this.#after(this.#tailsOf(keys), task);
    const tail: Promise<void> = turn.then(ignore, ignore).then(() => this.#leave(keys, tail));
    for (const key of keys) this.#tails.set(key, tail);
    return turn;
  }

  /** Runs a task when all earlier ones have ended; later ones wait for it. */
  alone<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#after(this.#everything(), task);
    const barrier: Promise<void> = turn.then(ignore, ignore).then(() => {
      if (this.#barrier === barrier) this.#barrier = undefined;
    });
    this.#tails.clear();
    this.#barrier = barrier;
    return turn;
  }

  /** Resolves when all tasks so far have ended; later ones wait for that. */
  ended(): Promise<void> {
    return this.alone(async () => undefined);
  }

  #after<T>(earlier: readonly Promise<unknown>[], task: () => Promise<T>): Promise<T> {
    return earlier.length === 0 ? task() : Promise.all(earlier).then(task);
  }

  #tailsOf(keys: readonly string[]): Promise<unknown>[] {
    const tails = keys
      .map((key) => this.#tails.get(key) ?? this.#barrier)
      .filter((tail) => tail !== undefined);
    return [...new Set(tails)];
  }

  #everything(): Promise<unknown>[] {
    const all = new Set(this.#tails.values());
    if (this.#barrier !== undefined) all.add(this.#barrier);
    return [...all];
  }

  #leave(keys: readonly string[], tail: Promise<unknown>): void {
    for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }
}

function ignore(): void {}
