import { storeEmitted } from './keyv-errors.js';
import type { TextEntry, Texts } from './texts.js';

/** A call under way. */
interface Watch {
  error?: { readonly emitted: unknown };
}

/**
 * Texts whose errors are rejections, also those that are only emitted: most adapters answer "not there" where they could not ask. Which call
 * an emitted error belongs to cannot be known; each that was under way, and has nothing to show, rejects with it.
 */
export class WatchedTexts {
  readonly name: string;
  readonly keys: Texts['keys'];
  readonly #texts: Texts;
  readonly #onUnclaimed: (error: unknown) => void;
  readonly #watches = new Set<Watch>();
  #stop: (() => void) | undefined;

  /** @param onUnclaimed hears of errors that are emitted while nothing was asked. */
  constructor(texts: Texts, onUnclaimed: (error: unknown) => void) {
    this.#texts = texts;
    this.#onUnclaimed = onUnclaimed;
    this.name = texts.name;
    this.keys = texts.keys;
  }

  listen(): void {
    this.#stop ??= this.#texts.onError((emitted) => this.#emitted(emitted));
  }

  /** @param disconnects whether the connection ends, too. */
  async end(disconnects: boolean): Promise<void> {
    try {
      if (disconnects) await this.#watched(() => this.#texts.disconnect(), isNothing);
    } finally {
      this.#stop?.();
      this.#stop = undefined;
    }
  }

  getMany(keys: readonly string[]): Promise<readonly unknown[]> {
    if (keys.length === 0) return Promise.resolve([]);
    const isLacking = (found: readonly unknown[]): boolean =>
      keys.some((_, index) => found[index] === undefined || found[index] === null);
    return this.#watched(() => this.#texts.getMany(keys), isLacking);
  }

  async setMany(entries: readonly TextEntry[]): Promise<void> {
    if (entries.length > 0) await this.#watched(() => this.#texts.setMany(entries), isNothing);
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#watched(() => this.#texts.deleteMany(keys), isNothing);
  }

  clear(): Promise<void> {
    return this.#watched(() => this.#texts.clear(), isNothing);
  }

  #emitted(emitted: unknown): void {
    if (this.#watches.size === 0) this.#onUnclaimed(emitted);
    for (const watch of this.#watches) watch.error ??= { emitted };
  }

  async #watched<T>(call: () => Promise<T>, isSuspicious: (answer: T) => boolean): Promise<T> {
    const watch: Watch = {};
    this.#watches.add(watch);
    try {
      const answer = await call();
      if (watch.error !== undefined && isSuspicious(answer))
        throw storeEmitted(this.name, watch.error.emitted);
      return answer;
    } finally {
      this.#watches.delete(watch);
    }
  }
}

/** An answer that shows nothing. */
function isNothing(): boolean {
  return true;
}
