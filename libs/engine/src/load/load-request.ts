import type { EntryState } from '../kernel/entry.js';
import type { Found } from './backing.js';
import type { Rules } from './load-rules.js';
import type { Loader, LoadOptions } from './loader.js';
import type { ShareTicket } from '../kernel/share-ticket.js';
import type { Misses } from './misses.js';

/** One load that somebody asked for. */
export interface LoadRequest<V> {
  readonly key: string;
  readonly loader: Loader<V>;
  readonly options: LoadOptions<V> | undefined;
  readonly rules: Rules;
  /** Whether the store is known not to have the value. */
  readonly skipsStore: boolean;
  /** What to show when the value is shared, where that was asked for already. */
  readonly ticketOfTier?: ShareTicket | undefined;
  /** Whether nobody waits for it. */
  readonly isBackground: boolean;
  /** What is still kept of the last value, fresh or stale. */
  readonly former: EntryState<V> | undefined;
  /** Told that the store did not have the value, and the loader is about to run. */
  readonly missed: Misses;
}

/** Where a value came from. */
export type Outcome<V> =
  { readonly origin: 'backing'; readonly found: Found<V> } | { readonly origin: 'loader'; readonly value: V };
