import { badOption } from '../kernel/errors.js';
import { assertKnown } from '../kernel/option-names.js';
import type { EntryView } from '../kernel/entry.js';
import type { CacheHook } from './hooks.js';
import { type LoggedKeys, parseKeys, parseSalt, showKeys } from './shown-keys.js';

/** The methods of a logger by which lines can be written; `info` is what `console` and others have besides `log`. */
export type HookLogLevel = 'log' | 'info' | 'debug' | 'verbose';

/** Where a `LoggingHook` writes; `console` and Nest's `Logger` fit. Of the other levels, the one that is asked for must be there. */
export type HookLogger = { log(message: string): void } & {
  [Level in HookLogLevel]?: (message: string) => void;
};

/** How a `LoggingHook` writes. */
export interface LoggingHookOptions {
  /** The method of the logger that is called; `'log'` by default. */
  readonly level?: HookLogLevel | undefined;
  /** Whether keys are written as they are, as hashes, or not at all, since keys may be secrets; `'plain'` by default. */
  readonly keys?: LoggedKeys | undefined;
  /** The secret of `'hashed'`, so that the hashes of several processes can be compared; drawn for each hook by default. */
  readonly salt?: string | undefined;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof LoggingHookOptions, true>> = { level: true, keys: true, salt: true };

/** A hook that writes a line per event: what happened, to which key, at what age. Values are not written. */
export class LoggingHook implements CacheHook {
  readonly #write: (message: string) => void;
  readonly #shown: (key: string) => string;

  /** @throws CacheError `bad_option` where the logger has no such level, and for options that there are not. */
  constructor(logger: HookLogger = console, options: LoggingHookOptions = {}) {
    assertKnown(options, KNOWN);
    const { level = 'log', keys = 'plain', salt } = options;
    if (typeof logger[level] !== 'function')
      throw badOption('level', 'a method that the logger has, such as log', level);
    this.#write = (message) => logger[level]?.(message);
    this.#shown = showKeys(parseKeys(keys), parseSalt(salt));
  }

  onHit(key: string, _value: unknown, entry: EntryView): void {
    this.#line('hit', key, `(read ${entry.hits} times, ${Math.round(entry.ageMs)} ms old)`);
  }

  onMiss(key: string): void {
    this.#line('miss', key);
  }

  onSet(key: string): void {
    this.#line('set', key);
  }

  onEvict(key: string, _value: unknown, entry: EntryView): void {
    this.#line('evict', key, `(read ${entry.hits} times, ${Math.round(entry.ageMs)} ms old)`);
  }

  onExpire(key: string, _value: unknown, entry: EntryView): void {
    this.#line('expire', key, `(read ${entry.hits} times)`);
  }

  onDelete(key: string): void {
    this.#line('delete', key);
  }

  #line(what: string, key: string, more = ''): void {
    this.#write([what, this.#shown(key), more].filter((part) => part !== '').join(' '));
  }
}
