import type { EntryView } from '../kernel/entry.js';

/**
 * Calls into your own code at the moments of an entry's life, with key, value and a read-only view of the entry. All
 * methods may be left out. They run synchronously, after the fact; what they throw is reported as `hook_failed` and changes nothing.
 */
export interface CacheHook<V = unknown> {
  onHit?(key: string, value: V, entry: EntryView): void;
  onMiss?(key: string): void;
  onSet?(key: string, value: V): void;
  onEvict?(key: string, value: V, entry: EntryView): void;
  onExpire?(key: string, value: V, entry: EntryView): void;
  onDelete?(key: string): void;
}

/** Where a `LoggingHook` writes; `console` and Nest's `Logger` fit. */
export interface HookLogger {
  log(message: string): void;
}

/** A hook that writes a line per event: what happened, to which key, at what age. Values are not written. */
export class LoggingHook implements CacheHook {
  readonly #logger: HookLogger;

  constructor(logger: HookLogger = console) {
    this.#logger = logger;
  }

  onHit(key: string, _value: unknown, entry: EntryView): void {
    this.#logger.log(`hit ${key} (read ${entry.hits} times, ${Math.round(entry.ageMs)} ms old)`);
  }

  onMiss(key: string): void {
    this.#logger.log(`miss ${key}`);
  }

  onSet(key: string): void {
    this.#logger.log(`set ${key}`);
  }

  onEvict(key: string, _value: unknown, entry: EntryView): void {
    this.#logger.log(`evict ${key} (read ${entry.hits} times, ${Math.round(entry.ageMs)} ms old)`);
  }

  onExpire(key: string, _value: unknown, entry: EntryView): void {
    this.#logger.log(`expire ${key} (read ${entry.hits} times)`);
  }

  onDelete(key: string): void {
    this.#logger.log(`delete ${key}`);
  }
}
