import { type Cache, CacheError, type LoadOptions, parseDuration } from 'nuthatch/engine';
import { type Directives, parseCacheControl, secondsOf } from './cache-control.js';
import type { CacheTTLChoice } from './cache-response.decorators.js';
import type { CacheResponseOptions } from './response-options.js';

/** As short as an option can say, where an answer is not to be given after its time, whatever the cache was told. */
const NO_TIME = 0.001;

/** How the loads of one route are made: what its decorators say, and else the `Cache-Control` that stands before the handler runs, as `@Header` sets it. */
export class LoadRulesOfRoute {
  private known:
    { readonly cacheControl: string | undefined; readonly rules: LoadOptions<unknown> } | undefined;

  constructor(
    private readonly options: CacheResponseOptions,
    private readonly ttl: CacheTTLChoice | undefined,
    /** A handler that writes on the response cannot run once that is answered. */
    private readonly usesResponse: boolean,
  ) {}

  /** The same for the same header, so that a hit makes nothing. */
  for(cacheControl: string | undefined, cache: Cache<unknown>): LoadOptions<unknown> {
    if (this.known === undefined || this.known.cacheControl !== cacheControl)
      this.known = { cacheControl, rules: this.rulesOf(cacheControl, cache) };
    return this.known.rules;
  }

  private rulesOf(cacheControl: string | undefined, cache: Cache<unknown>): LoadOptions<unknown> {
    const directives: Directives = parseCacheControl(cacheControl ?? '') ?? new Map();
    const { hardTimeout } = this.options;
    const hard = hardTimeout === undefined ? {} : { hardTimeout };
    if (directives.has('must-revalidate') || directives.has('proxy-revalidate'))
      return { ...hard, staleWhileRevalidate: NO_TIME, shouldServe: () => false };
    return { ...hard, ...this.staleness(directives, cache), shouldServe: isServersFault };
  }

  private staleness(directives: Directives, cache: Cache<unknown>): LoadOptions<unknown> {
    const revalidateMs = this.usesResponse
      ? NO_TIME
      : this.spanOf('staleWhileRevalidate', 'stale-while-revalidate', directives);
    const errorMs = this.spanOf('staleIfError', 'stale-if-error', directives);
    const revalidate = revalidateMs === undefined ? {} : { staleWhileRevalidate: revalidateMs };
    const ttlMs = this.ttlMsOf(directives, cache);
    if (errorMs === undefined || ttlMs === undefined || ttlMs === Infinity) return revalidate;
    return { ...revalidate, ttl: ttlMs, grace: ttlMs + errorMs };
  }

  private spanOf(
    option: 'staleWhileRevalidate' | 'staleIfError',
    directive: string,
    directives: Directives,
  ): number | undefined {
    const chosen = this.options[option];
    if (chosen !== undefined) return parseDuration(option, chosen);
    const seconds = secondsOf(directives, directive);
    return seconds !== undefined && seconds > 0 ? seconds * 1000 : undefined;
  }

  /** The life that an answer will have, as far as can be said before. */
  private ttlMsOf(directives: Directives, cache: Cache<unknown>): number | undefined {
    if (this.ttl !== undefined && typeof this.ttl !== 'function') return parseDuration('ttl', this.ttl);
    const seconds = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
    if (seconds !== undefined && seconds > 0) return seconds * 1000;
    return this.options.ttl === undefined ? cache.info().ttlMs : parseDuration('ttl', this.options.ttl);
  }
}

/** What is not found, or no longer allowed, is to be seen: only a failure may be hidden by an answer from before. */
function isServersFault(error: unknown): boolean {
  if (error instanceof CacheError || typeof error !== 'object' || error === null) return true;
  const status: unknown =
    'getStatus' in error && typeof error.getStatus === 'function' ? error.getStatus() : 500;
  return typeof status !== 'number' || status >= 500;
}
