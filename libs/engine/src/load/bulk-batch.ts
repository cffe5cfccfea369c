import { badOption } from '../kernel/errors.js';
import { answersOf, isError } from './bulk-answer.js';
import type { BulkContext, BulkLoader } from './bulk-loader.js';
import type { LoadContext } from './loader.js';

interface Caller<V> {
  readonly resolve: (value: V) => void;
  readonly reject: (reason: unknown) => void;
  /** No longer listens to the caller's signal. */
  readonly release: () => void;
}

/** Single loads that one call of a bulk loader is made for. */
export class BulkBatch<V> {
  readonly #bulk: BulkLoader<V>;
  /** Those of the keys that are asked for. */
  readonly #contexts = new Map<string, LoadContext<V>>();
  /** Those who still wait. */
  readonly #callers = new Map<string, Caller<V>>();
  readonly #abort = new AbortController();
  #isSent = false;

  constructor(bulk: BulkLoader<V>) {
    this.#bulk = bulk;
  }

  /** How many keys it has. */
  get size(): number {
    return this.#contexts.size;
  }

  has(key: string): boolean {
    return this.#contexts.has(key);
  }

  /** Waits for the value of a key, until the signal of its load is aborted. To be called before {@link send}. */
  load(context: LoadContext<V>): Promise<V> {
    const { key, signal } = context;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#leave(key, signal.reason);
        reject(signal.reason);
      };
      const release = (): void => signal.removeEventListener('abort', leave);
      signal.addEventListener('abort', leave, { once: true });
      this.#contexts.set(key, context);
      this.#callers.set(key, { resolve, reject, release });
    });
  }

  /** Asks the bulk loader for all keys that somebody still waits for. Never rejects. */
  async send(): Promise<void> {
    this.#isSent = true;
    const keys = Object.freeze([...this.#contexts.keys()]);
    if (keys.length === 0) return;
    try {
      const answers = answersOf(keys, await this.#bulk(keys, this.#context()));
      for (const [key, caller] of this.#callers) settle(caller, answers.get(key));
    } catch (error) {
      for (const caller of this.#callers.values()) caller.reject(error);
    } finally {
      for (const caller of this.#callers.values()) caller.release();
    }
  }

  #leave(key: string, reason: unknown): void {
    this.#callers.delete(key);
    if (!this.#isSent) this.#contexts.delete(key);
    else if (this.#callers.size === 0) this.#abort.abort(reason);
  }

  #context(): BulkContext<V> {
    return {
      signal: this.#abort.signal,
      of: (key) => {
        const context = this.#contexts.get(key);
        if (context === undefined) throw badOption('key', 'one of those that were asked for', key);
        return context;
      },
    };
  }
}

function settle<V>(caller: Caller<V>, answer: V | Error | undefined): void {
  if (isError(answer)) caller.reject(answer);
  // It is no error. What was not found is `undefined`, a value like any other.
  else caller.resolve(answer as V);
}
