import { type ExecutionContext, Logger, type Type } from '@nestjs/common';
import { CACHE_KEY_METADATA, CACHE_RESPONSE_METADATA, CACHE_TTL_METADATA } from './cache-metadata.js';
import type { CacheKeyChoice, CacheTTLChoice } from './cache-response.decorators.js';
import { handlerTraits, type HandlerTraits } from './handler-traits.js';
import { LoadRulesOfRoute } from './load-rules-of-route.js';
import type { CacheResponseOptions, HttpCacheOptions } from './response-options.js';

/** How the answers of one handler are cached, found out when it is first asked. */
export class Route {
  /** `Class.method`, as errors and keys name it. */
  readonly name: string;
  readonly traits: HandlerTraits;
  readonly options: HttpCacheOptions & CacheResponseOptions;
  readonly key: CacheKeyChoice | undefined;
  /** What a decorator says; before what the answer says. */
  readonly ttl: CacheTTLChoice | undefined;
  readonly loadRules: LoadRulesOfRoute;
  readonly statuses: readonly number[];
  /** Whether a resolver, gateway or message handler was told to be cached. */
  readonly isDecorated: boolean;
  private readonly vary: Set<string>;
  private readonly said = new Set<string>();

  constructor(context: ExecutionContext, defaults: HttpCacheOptions) {
    const [handler, type] = [context.getHandler(), context.getClass()];
    const [ofType, ofHandler] = [responseOptionsOf(type), responseOptionsOf(handler)];
    this.traits = handlerTraits(type, handler);
    this.name = `${type.name}.${this.traits.method}`;
    this.options = { ...defaults, ...ofType, ...ofHandler };
    // Whoever has set them, Nest or a decorator of ours, has checked what they are.
    this.key = Reflect.getMetadata(CACHE_KEY_METADATA, handler) as CacheKeyChoice | undefined;
    this.ttl = ttlOf(handler) ?? ofHandler?.ttl ?? ttlOf(type) ?? ofType?.ttl;
    this.statuses = this.options.statuses ?? [200];
    this.vary = new Set(this.options.vary?.map((name) => name.toLowerCase()));
    this.loadRules = new LoadRulesOfRoute(this.options, this.ttl, this.traits.usesResponse);
    this.isDecorated = this.key !== undefined || this.ttl !== undefined || ofHandler !== undefined;
  }

  /** The headers of requests that answers of this route depend on, as far as is known, in order. */
  varyNames(more: readonly string[]): readonly string[] {
    if (more.length === 0 && this.vary.size === 0) return more;
    return [...new Set([...this.vary, ...more])].sort();
  }

  /** Notes that answers depend on these as well. */
  learn(names: readonly string[]): void {
    for (const name of names) this.vary.add(name);
  }

  /** Says something once, however often it happens. */
  warnOnce(topic: string, why: string): void {
    if (this.said.has(topic)) return;
    this.said.add(topic);
    new Logger('CacheInterceptor').warn(`${this.name}: ${why}`);
  }
}

/** The routes of one application, each found out once. */
export class Routes {
  private readonly byHandler = new WeakMap<object, Map<Type, Route>>();

  constructor(private readonly defaults: HttpCacheOptions) {}

  of(context: ExecutionContext): Route {
    const [handler, type] = [context.getHandler(), context.getClass()];
    let byType = this.byHandler.get(handler);
    if (byType === undefined) this.byHandler.set(handler, (byType = new Map()));
    let route = byType.get(type);
    // A handler that is inherited belongs to several classes.
    if (route === undefined) byType.set(type, (route = new Route(context, this.defaults)));
    return route;
  }
}

function responseOptionsOf(carrier: object): CacheResponseOptions | undefined {
  return Reflect.getMetadata(CACHE_RESPONSE_METADATA, carrier) as CacheResponseOptions | undefined;
}

/** To `@nestjs/cache-manager`, whose decorators use the same place, 0 is no time of its own. */
function ttlOf(carrier: object): CacheTTLChoice | undefined {
  const ttl = Reflect.getMetadata(CACHE_TTL_METADATA, carrier) as CacheTTLChoice | null | undefined;
  return ttl === 0 || ttl === null ? undefined : ttl;
}
