import type { ExecutionContext } from '@nestjs/common';
import { type Clock, type Duration, parseDuration } from 'nuthatch/engine';
import { badDeclaration } from '../errors.js';
import type { PrincipalRules } from './principal.js';

/** Which parameters of a query are part of a key. Those whose names look like credentials always are. */
export interface QueryRules {
  /** Only these count; all by default. */
  readonly only?: readonly string[] | undefined;
  /** These do not, a `*` at the end for any ending, such as `utm_*`; none by default. A handler that reads one of them poisons its entry. */
  readonly ignore?: readonly string[] | undefined;
}

/** How answers are cached. */
export interface CacheResponseOptions {
  /** `false` leaves the routes alone; true by default. */
  readonly enabled?: boolean | undefined;
  /** The name of a cache; `'default'` when left out. */
  readonly cache?: string | undefined;
  /** Time to live, in milliseconds or as `'5m'`; else what the answer's `Cache-Control` says, else the cache's own. */
  readonly ttl?: Duration | undefined;
  /** For how long after its time an answer is given while it is made anew; else what `Cache-Control` says before the handler runs; not at all by default. */
  readonly staleWhileRevalidate?: Duration | undefined;
  /** For how long after its time an answer is given where making it anew fails with a 5xx error or hangs; else as `staleWhileRevalidate`. */
  readonly staleIfError?: Duration | undefined;
  /** After so long a request that waits for a handler gets a 503; as the cache was told by default, or else 30 seconds. */
  readonly hardTimeout?: Duration | undefined;
  /** What answers can be invalidated by: `cache.invalidateTags(...)`; or a function of the context that answers it. */
  readonly tags?: readonly string[] | ((context: ExecutionContext) => readonly string[]) | undefined;
  /** Headers of the request that the answer depends on, as if each answer said so by `Vary`. */
  readonly vary?: readonly string[] | undefined;
  /** Whether the answer is the same for everybody, although requests carry credentials; false by default. */
  readonly forEveryone?: boolean | undefined;
  /** Which parameters of the query are part of the key; all by default, in whatever order they come. */
  readonly query?: QueryRules | undefined;
  /** Whether the host of the request is part of the key, as it always is below `@Controller({ host })`; true by default. `false` where every host is answered the same. */
  readonly host?: boolean | undefined;
  /** The statuses that are kept; only 200 by default. Exceptions never are. */
  readonly statuses?: readonly number[] | undefined;
  /** Headers of answers that are kept beside those of the representation, such as `x-total-count`; `set-cookie` never is. */
  readonly headers?: readonly string[] | undefined;
  /** Whether answers get an `ETag`, and who has that already a 304; true by default. It costs a serialisation of each answer that is kept. */
  readonly etag?: boolean | undefined;
  /** Whether answers say by `X-Cache` and `Cache-Status` where they come from; true by default. */
  readonly statusHeaders?: boolean | undefined;
  /** `Cache-Control` for clients, where the handler gives none: a text, or `true` for `max-age` of what is left; none by default. */
  readonly cacheControl?: string | true | undefined;
  /** Whether a client may pass the cache by, by `Cache-Control: no-cache`, `no-store` or `only-if-cached`; false by default, since anybody could send such requests. */
  readonly obeyClients?: boolean | undefined;
  /**
   * Whether a `POST`, `PUT`, `PATCH` or `DELETE` that succeeds removes what is kept of its path, as RFC 9111 has it; false by default, since each writes a mark
   * of invalidation, and what a request changes is seldom one path: tags say more.
   */
  readonly invalidateOnUnsafe?: boolean | undefined;
}

/** What the interceptor is told for all routes. */
export interface HttpCacheOptions extends Omit<CacheResponseOptions, 'forEveryone' | 'tags'>, PrincipalRules {
  /** What ages are told by; the machine's clock by default. */
  readonly clock?: Clock | undefined;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CacheResponseOptions, true>> = {
  enabled: true,
  cache: true,
  ttl: true,
  staleWhileRevalidate: true,
  staleIfError: true,
  hardTimeout: true,
  tags: true,
  vary: true,
  forEveryone: true,
  query: true,
  host: true,
  statuses: true,
  headers: true,
  etag: true,
  statusHeaders: true,
  cacheControl: true,
  obeyClients: true,
  invalidateOnUnsafe: true,
};

const DURATIONS = ['ttl', 'staleWhileRevalidate', 'staleIfError', 'hardTimeout'] as const;

/** @throws CacheError `bad_declaration` for an option that there is not, `bad_option` for a wrong one. */
export function checkResponseOptions(
  where: string,
  options: CacheResponseOptions,
  more: readonly string[] = [],
): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(KNOWN, name) && !more.includes(name));
  if (unknown !== undefined)
    throw badDeclaration(
      where,
      `there is no option ${unknown}; there are ${[...Object.keys(KNOWN), ...more].join(', ')}`,
    );
  for (const name of DURATIONS) {
    const duration = options[name];
    if (duration !== undefined) parseDuration(`${name} of ${where}`, duration);
  }
}
