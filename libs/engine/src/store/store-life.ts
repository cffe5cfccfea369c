import type { Clock } from '../kernel/clock.js';
import { type CacheError, closed, storeFailed } from '../kernel/errors.js';
import type { BackingStore } from './backing-store.js';

/** What the life of a store is told to, and asked by. */
export interface StoreLifeParts {
  readonly clock: Clock;
  readonly observer: { storeAnswered(durationMs: number): void; storeRefused(error: CacheError): void };
  /** Opens the store within a deadline. */
  readonly attempt: (open: () => Promise<void>) => Promise<void>;
  /** Called before the store is closed. */
  readonly ending: () => Promise<void>;
}

/** Opens a store once, before its first use, and closes it once. */
export class StoreLife {
  readonly #store: BackingStore;
  readonly #parts: StoreLifeParts;
  /** Settles when the store does, whoever still waits for it. */
  #opening: Promise<void> | undefined;
  /** As {@link #opening}, within its deadline. */
  #attempt: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #isOpen = false;

  constructor(store: BackingStore, parts: StoreLifeParts) {
    this.#store = store;
    this.#parts = parts;
  }

  /** Whether the store can be used. */
  get isOpen(): boolean {
    return this.#isOpen && this.#closing === undefined;
  }

  /** An opening that failed is tried again at the next use; one that takes too long goes on, and is waited for again. */
  async open(): Promise<void> {
    if (this.#closing !== undefined) throw closed('the backing store');
    if (this.#isOpen) return;
    this.#attempt ??= this.#parts
      .attempt(() => this.#openOnce())
      .finally(() => {
        this.#attempt = undefined;
      });
    await this.#attempt;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    await this.#closing;
  }

  #openOnce(): Promise<void> {
    this.#opening ??= this.#tryToOpen();
    return this.#opening;
  }

  async #tryToOpen(): Promise<void> {
    try {
      await this.#store.open();
      this.#isOpen = true;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  /** What is being opened is waited for; what was never opened, or failed to, is left alone. */
  async #closeOnce(): Promise<void> {
    const isOpen = await this.#opening?.then(
      () => true,
      () => false,
    );
    await this.#parts.ending();
    if (isOpen === true) await this.#closeStore();
  }

  async #closeStore(): Promise<void> {
    const { clock, observer } = this.#parts;
    const startedAt = clock.now();
    try {
      await this.#store.close();
    } catch (thrown) {
      const error = storeFailed('close', thrown);
      observer.storeRefused(error);
      throw error;
    }
    observer.storeAnswered(clock.now() - startedAt);
  }
}
