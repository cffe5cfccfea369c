import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Cache, type Clock, LoggingHook, parseDuration, systemClock, type Timer } from 'nuthatch/engine';
import { CacheManager } from '../cache-manager.js';
import { unknownCache } from '../errors.js';
import { CacheWatch } from './cache-watch.js';
import type { CacheLoggingOptions } from './logging-options.js';

/** The options of `CacheLoggingModule.forRoot`. */
export const CACHE_LOGGING = Symbol.for('nuthatch:logging');

/** Watches the caches of an application, and writes to Nest's logger what changes, from the start of the application until it stops. */
@Injectable()
export class CacheLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('CacheModule');
  private readonly watches = new Map<Cache, CacheWatch>();
  private readonly clock: Clock;
  private readonly intervalMs: number;
  private timer: Timer | undefined;

  /** @throws CacheError `bad_option` for an interval that is none. */
  constructor(
    private readonly caches: CacheManager,
    @Inject(CACHE_LOGGING) private readonly options: CacheLoggingOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.intervalMs = parseDuration('interval', options.interval ?? '10s');
  }

  /** @throws CacheError `unknown_name` for a cache that there is not. */
  onApplicationBootstrap(): void {
    const known = this.caches.names();
    const unknown = this.options.caches?.find((name) => !known.includes(name));
    if (unknown !== undefined) throw unknownCache(unknown, known);
    this.look();
  }

  /** Once more, for what has happened since. Caches are closed after this. */
  beforeApplicationShutdown(): void {
    this.look();
    this.timer?.cancel();
  }

  private look(): void {
    for (const [name, cache] of this.caches) if (this.isWatched(name, cache)) this.lookAt(name, cache);
    this.timer?.cancel();
    this.timer = this.clock.schedule(() => this.look(), this.intervalMs);
  }

  /** What tests put in the place of a cache has nothing to tell. */
  private isWatched(name: string, cache: unknown): cache is Cache {
    return cache instanceof Cache && (this.options.caches?.includes(name) ?? true);
  }

  private lookAt(name: string, cache: Cache): void {
    const watch = this.watches.get(cache) ?? this.begin(name, cache);
    for (const { level, text } of watch.look(cache.health(), cache.metrics())) this.logger[level](text);
  }

  private begin(name: string, cache: Cache): CacheWatch {
    const { operations = false, keys = 'plain', salt } = this.options;
    const watch = new CacheWatch(name, keys === 'plain');
    this.watches.set(cache, watch);
    const { level, text } = watch.begin(cache.info());
    this.logger[level](text);
    if (operations !== false)
      cache.addHook(new LoggingHook(new Logger(`Cache ${name}`), { level: operations, keys, salt }));
    return watch;
  }
}
