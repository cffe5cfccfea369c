import { ShortLivedMap } from '../kernel/short-lived-map.js';

/**
 * Runs tasks on keys one after the other per key, in the order of the calls; tasks on different keys run side by side. A task
 * whose keys are idle starts at once. What fails does not hold up what follows.
 */
export class KeyOrder {
  /** The last task of each busy key. */
  readonly #last = new ShortLivedMap<string, Turn>();
  /** The last task that had all keys to itself. */
  #barrier: Turn | undefined;

  async run<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const turn = new Turn();
    const earlier = this.#queue(keys, turn);
    if (earlier !== undefined) await ended(earlier);
    try {
      return await task();
    } finally {
      for (const key of keys) if (this.#last.get(key) === turn) this.#last.delete(key);
      turn.end();
    }
  }

  /** Runs a task when all earlier ones have ended; later ones wait for it. */
  async alone<T>(task: () => Promise<T>): Promise<T> {
    const turn = new Turn();
    const earlier = new Set(this.#last.values());
    if (this.#barrier !== undefined) earlier.add(this.#barrier);
    this.#last.clear();
    this.#barrier = turn;
    if (earlier.size > 0) await ended(earlier);
    try {
      return await task();
    } finally {
      if (this.#barrier === turn) this.#barrier = undefined;
      turn.end();
    }
  }

  /** Resolves when all tasks so far have ended; later ones wait for that. */
  ended(): Promise<void> {
    return this.alone(async () => undefined);
  }

  /** Answers whose end the turn waits for; `undefined` where all keys are idle. */
  #queue(keys: readonly string[], turn: Turn): Set<Turn> | undefined {
    let earlier: Set<Turn> | undefined;
    for (const key of keys) {
      const last = this.#last.get(key) ?? this.#barrier;
      this.#last.set(key, turn);
      if (last === undefined || last === turn) continue;
      earlier ??= new Set();
      earlier.add(last);
    }
    return earlier;
  }
}

/** One task's time with its keys. There is a promise of its end only where somebody waits. */
class Turn {
  #ended: Promise<void> | undefined;
  #resolve: () => void = () => undefined;

  get ended(): Promise<void> {
    this.#ended ??= new Promise((resolve) => (this.#resolve = resolve));
    return this.#ended;
  }

  end(): void {
    this.#resolve();
  }
}

async function ended(turns: Iterable<Turn>): Promise<void> {
  await Promise.all(Array.from(turns, (turn) => turn.ended));
}
