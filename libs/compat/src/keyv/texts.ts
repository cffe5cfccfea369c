import type { KeyvListener } from './keyv-types.js';

/** What is kept under one key. */
export interface TextEntry {
  readonly key: string;
  readonly text: string;
  /** `undefined`: for ever, whatever the store does by default. */
  readonly ttlMs: number | undefined;
}

/**
 * Texts by key, in whatever somebody else keeps them: what a Keyv, a storage adapter and a store of cache-manager have in common. Every
 * method resolves when everything that it began has ended, also where it rejects.
 */
export interface Texts {
  /** What it is, for `info()` and messages. */
  readonly name: string;
  /** What is kept under each key, in their order; `undefined` or `null` where nothing is. */
  getMany(keys: readonly string[]): Promise<readonly unknown[]>;
  setMany(entries: readonly TextEntry[]): Promise<void>;
  deleteMany(keys: readonly string[]): Promise<void>;
  /** Deletes everything that the store considers its own. */
  clear(): Promise<void>;
  /** The keys that there are, also those of others; `undefined` where they cannot be listed. */
  readonly keys: (() => AsyncIterable<string>) | undefined;
  disconnect(): Promise<void>;
  /** Hears of errors that no call rejects with; answers how to stop. */
  onError(listener: KeyvListener): () => void;
}

/** What emits `error`. */
interface Emitter {
  on?(event: string, listener: KeyvListener): unknown;
  off?(event: string, listener: KeyvListener): unknown;
}

/** Listens to the errors of an emitter, if it is one. */
export function listenTo(emitter: Emitter, listener: KeyvListener): () => void {
  emitter.on?.('error', listener);
  return () => void emitter.off?.('error', listener);
}

/** A connection has room for others. */
const AT_A_TIME = 8;

/** Runs a task for each item, eight at a time; rejects with the first error when those under way have ended, so that none lands later. */
export async function forEachOf<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_A_TIME) {
    const outcomes = await Promise.allSettled(items.slice(from, from + AT_A_TIME).map(task));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
      results.push(outcome.value);
    }
  }
  return results;
}
