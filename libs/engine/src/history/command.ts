import type { WriteOptions } from '../kernel/life.js';

/**
 * A change that can be undone: which keys it may change, and what it makes of what is there. Run by `cache.run`, which reads the
 * entries, gives every change to the write policy in one batch, and remembers what was there before; so a command never undoes
 * anything itself. Running it again after an undo puts back the result of the first run, and does not ask the command again.
 */
export interface Command<V = unknown> {
  /** Shown in events and in `history$`. */
  readonly name: string;
  /** The keys that it may read and change; nobody else changes them while it decides. */
  readonly keys: readonly string[];
  /** Makes the change, at once: it cannot wait for anything. What it throws leaves all as it was. */
  edit(draft: Draft<V>): void;
}

/** The entries of a command's keys: as they are, and as the command leaves them. To be used within `edit` only. */
export interface Draft<V = unknown> {
  /** The value under a key, with what the command has changed so far; `undefined` where there is none. */
  get(key: string): V | undefined;
  /** Whether there is an entry, with what the command has changed so far. */
  has(key: string): boolean;
  /** A value whose life starts now. */
  set(key: string, value: V, options?: WriteOptions): void;
  /** Takes the entry away; harmless where there is none. */
  delete(key: string): void;
}
