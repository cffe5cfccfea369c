import type { Tracer } from '@opentelemetry/api';
import { showKeys } from 'nuthatch/engine';
import type { KeyView } from './attributes.js';
import { listen, OPERATIONS, type OperationName } from './channels.js';
import { badOtelOption } from './errors.js';
import { type Api, loadApi } from './load-api.js';
import { Spans } from './spans.js';

/** Where tracers come from; a `TracerProvider` of OpenTelemetry is one. */
export interface TracerSource {
  getTracer(name: string): object;
}

/** What becomes spans, and what they tell. */
export interface TraceCachesOptions {
  /** Where spans go; to the global provider by default, also where that is set later. */
  readonly tracerProvider?: TracerSource | undefined;
  /** What becomes spans; `['load', 'wait', 'store', 'flush']`, all there is, by default. */
  readonly operations?: readonly OperationName[] | undefined;
  /**
   * Whether spans have the key as `nuthatch.key`: not by default (`'none'`); `'plain'`, as it is, with the messages of the cache's own errors, which quote keys;
   * `'hashed'`, as 16 hexadecimal digits of an HMAC (SHA-256).
   */
  readonly keys?: 'none' | 'hashed' | 'plain' | undefined;
  /** The secret of `'hashed'`, so that processes hash alike; drawn for each call by default. */
  readonly salt?: string | undefined;
  /** Whether what happens outside of any span gets none; `false` by default. */
  readonly requireParent?: boolean | undefined;
}

/**
 * Makes OpenTelemetry spans of what all caches of the process do, those that are opened later included: loads, waiting for loads of others, calls on
 * stores, flushes. What a loader does is a child of its load. A hit in memory makes none. Answers how to stop.
 *
 * @example
 * ```ts
 * const stop = await traceCaches({ requireParent: true });
 * ```
 * @throws CacheError `missing_peer` where `@opentelemetry/api` is not installed, or `bad_option`.
 */
export async function traceCaches(options: TraceCachesOptions = {}): Promise<() => void> {
  const { operations = OPERATIONS, keys = 'none', salt, requireParent = false } = options;
  for (const name of operations)
    if (!OPERATIONS.includes(name))
      throw badOtelOption('operations', `some of ${OPERATIONS.join(', ')}`, name);
  const rules = { key: viewOf(keys, salt), tellsMessages: keys === 'plain', requireParent };
  const api = await loadApi();
  const spans = new Spans(api, tracerOf(api, options.tracerProvider), rules);
  const stops = [...new Set(operations)].map((name) => listen(name, spans.of(name)));
  return () => stops.forEach((stop) => stop());
}

function tracerOf(api: Api, provider: TracerSource | undefined): Tracer {
  // A provider of OpenTelemetry gives tracers; no public type is to need its package.
  return (provider ?? api.trace).getTracer('nuthatch') as Tracer;
}

function viewOf(keys: string, salt: string | undefined): KeyView {
  if (keys === 'none') return undefined;
  if (keys !== 'plain' && keys !== 'hashed') throw badOtelOption('keys', "'none', 'hashed' or 'plain'", keys);
  // Whoever guesses a key would know its hash.
  if (salt === '') throw badOtelOption('salt', 'a non-empty string', salt);
  return showKeys(keys, salt);
}
