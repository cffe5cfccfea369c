import type { Clock, Duration, LoggedKeys } from 'nuthatch/engine';

/** What `CacheLoggingModule.forRoot` is told; all may be left out. */
export interface CacheLoggingOptions {
  /** The names of the caches that are watched; every cache of the application by default. */
  readonly caches?: readonly string[] | undefined;
  /** How often it is looked for what has changed; 10 seconds by default. Looking costs microseconds, and reads and writes nothing. */
  readonly interval?: Duration | undefined;
  /**
   * The level at which each hit, miss, set, delete, eviction and expiry is written, a line each: `'debug'` or `'verbose'`, as a rule; `false`, the
   * default, for none. Every read then costs a line.
   */
  readonly operations?: 'log' | 'debug' | 'verbose' | false | undefined;
  /**
   * How keys are written, which may be secrets: as they are (`'plain'`, the default), as hashes or not at all. `'hashed'` and `'none'` leave out
   * the messages of errors, too, which may quote keys.
   */
  readonly keys?: LoggedKeys | undefined;
  /** The secret of `'hashed'`, so that the hashes of several processes can be compared; drawn at each start by default. */
  readonly salt?: string | undefined;
  /** Where the time is read; the machine's clock by default. */
  readonly clock?: Clock | undefined;
}
