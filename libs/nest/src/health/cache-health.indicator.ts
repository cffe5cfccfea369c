import { Injectable } from '@nestjs/common';
import { Cache } from 'nuthatch/engine';
import { CacheManager } from '../cache-manager.js';
import { unknownCache } from '../errors.js';
import { type CacheReport, NOT_OPEN, reportOf } from './cache-report.js';
import {
  type CacheHealthOptions,
  type ResolvedHealthOptions,
  resolveHealthOptions,
} from './health-options.js';
import { HitRatioWindow } from './hit-ratio-window.js';

/** What a check answers: what Terminus takes from an indicator, under the key of the check. */
export type CacheHealthResult<
  Key extends string = string,
  Status extends 'up' | 'degraded' | 'down' = 'up' | 'degraded' | 'down',
> = Record<Key, CacheHealthDetails<Status>>;

/** What a check tells of the caches that it looks at. */
export interface CacheHealthDetails<Status extends 'up' | 'degraded' | 'down'> {
  /** What Terminus goes by. */
  readonly status: Status;
  /** The worst state of any of the caches, whatever `degradedAs` makes of it. */
  readonly state: CacheReport['state'];
  /** What is wrong, each with the name of the cache; left out where nothing is. */
  readonly message?: string;
  /** What is told of each cache, by its name. */
  readonly caches: Readonly<Record<string, CacheReport>>;
}

/** A key that no loader and no caller has, for asking a store whether it is back. */
const PROBE_KEY = 'nuthatch:health';
const WORST_FIRST = ['down', 'degraded'] as const;

/**
 * Tells how the caches are, as an indicator of `@nestjs/terminus`, which it does not import. A check reads what is known and waits for nothing:
 * it is as quick when the store hangs. `CacheModule` provides it everywhere.
 *
 * @example
 * ```ts
 * check() { return this.health.check([() => this.caches.check('cache', { minHitRatio: 0.5 })]); }
 * ```
 */
@Injectable()
export class CacheHealthIndicator {
  /** Of each check, since each has limits of its own. */
  private readonly windows = new Map<string, WeakMap<Cache, HitRatioWindow>>();

  constructor(private readonly caches: CacheManager) {}

  /**
   * How the caches are, under `key` (`'cache'` by default): up, degraded or down. A degraded cache serves, so its status is `'up'` unless `degradedAs`
   * says otherwise.
   * @throws CacheError `bad_option`, or `unknown_name` for a cache that there is not.
   */
  async check<const Key extends string = 'cache'>(
    key?: Key,
    options?: CacheHealthOptions & { readonly degradedAs?: 'up' | 'down' | undefined },
  ): Promise<CacheHealthResult<Key, 'up' | 'down'>>;
  async check<const Key extends string>(
    key: Key,
    options: CacheHealthOptions,
  ): Promise<CacheHealthResult<Key>>;
  async check(key: string = 'cache', options: CacheHealthOptions = {}): Promise<CacheHealthResult> {
    const resolved = resolveHealthOptions(options);
    const reports = this.named(resolved.caches).map(
      ([name, cache]) => [name, this.report(key, cache, resolved)] as const,
    );
    const states = reports.map(([, { state }]) => state);
    const state = WORST_FIRST.find((one) => states.includes(one)) ?? 'up';
    const message = reports.flatMap(([name, { problems = [] }]) =>
      problems.map((problem) => `${name}: ${problem}`),
    );
    return {
      [key]: {
        status: state === 'degraded' ? resolved.degradedAs : state,
        state,
        ...(message.length > 0 && { message: message.join('; ') }),
        caches: Object.fromEntries(reports),
      },
    };
  }

  /** What a test put in the place of a cache has no health, and is passed over. */
  private named(names: readonly string[] = this.caches.names()): [name: string, cache: Cache | undefined][] {
    const known = this.caches.names();
    return names.flatMap((name): [string, Cache | undefined][] => {
      if (!known.includes(name)) throw unknownCache(name, known);
      const cache = this.caches.find(name);
      return cache === undefined || cache instanceof Cache ? [[name, cache]] : [];
    });
  }

  private report(key: string, cache: Cache | undefined, options: ResolvedHealthOptions): CacheReport {
    if (cache === undefined) return NOT_OPEN;
    const health = cache.health();
    if (health.status === 'degraded') this.probe(cache);
    return reportOf(health, this.window(key, cache).read(cache.metrics(), options.minReads), options);
  }

  /**
   * Asks a store that is failing for one row, as far as its breaker lets that through: an instance that is sent no requests while it is degraded
   * would else never find out that it is well again. The next check sees what came of it; this one does not wait. A user's own database knows
   * nothing of the key, so it is left alone.
   */
  private probe(cache: Cache): void {
    const isTier = cache.info().store?.role === 'cache';
    if (!isTier || cache.health().store?.state === 'up') return;
    // What fails is in the health of the cache already.
    cache.has(PROBE_KEY).catch(() => undefined);
  }

  private window(key: string, cache: Cache): HitRatioWindow {
    const ofCheck = this.windows.get(key) ?? new WeakMap<Cache, HitRatioWindow>();
    this.windows.set(key, ofCheck);
    const window = ofCheck.get(cache) ?? new HitRatioWindow();
    ofCheck.set(cache, window);
    return window;
  }
}
