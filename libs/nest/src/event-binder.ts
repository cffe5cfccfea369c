import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Cache, type CacheEvent } from 'nuthatch/engine';
import { startWith, type Subscription } from 'rxjs';
import { CacheManager } from './cache-manager.js';
import { prototypeOf, type Wrapper, wrappersOf } from './container-wrappers.js';
import { configOf } from './decorators/cache-config.decorator.js';
import { type DeclaredListener, declaredListeners } from './decorators/on-cache-event.decorator.js';
import { badDeclaration, unknownCache } from './errors.js';
import { DEFAULT_CACHE } from './tokens.js';

/** A method that listens, and whose it is. */
interface Listener {
  readonly instance: object;
  readonly declared: DeclaredListener;
}

/** Tells the methods with `@OnCacheEvent` what happens in the caches, from the start of the application until the caches are closed. */
@Injectable()
export class EventBinder implements OnModuleInit, OnApplicationShutdown {
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    private readonly caches: CacheManager,
  ) {}

  /** @throws CacheError `bad_declaration` or `unknown_name` naming the class and the method. */
  onModuleInit(): void {
    const seen = new Set<unknown>();
    const byCache = new Map<string, Listener[]>();
    for (const wrapper of wrappersOf(this.modules)) {
      const prototype = prototypeOf(wrapper);
      const declared = prototype === undefined ? [] : declaredListeners(prototype);
      if (prototype === undefined || declared.length === 0) continue;
      for (const listener of declared) this.check(listener, wrapper);
      // Under an alias, an instance is met again.
      if (!isObject(wrapper.instance) || seen.has(wrapper.instance)) continue;
      seen.add(wrapper.instance);
      this.collect(byCache, { instance: wrapper.instance, prototype, declared });
    }
    for (const [name, listeners] of byCache) this.subscribe(name, listeners);
  }

  /** What happens while the caches are closed is still told. */
  async onApplicationShutdown(): Promise<void> {
    if (this.subscriptions.length === 0) return;
    await this.caches.closeAll();
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private check({ where }: DeclaredListener, wrapper: Wrapper): void {
    if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) return;
    throw badDeclaration(
      where,
      '@OnCacheEvent needs a class of which there is one instance, this one is request-scoped or transient; move the method to a singleton',
    );
  }

  private collect(
    byCache: Map<string, Listener[]>,
    { instance, prototype, declared }: { instance: object; prototype: object; declared: DeclaredListener[] },
  ): void {
    const names = this.caches.names();
    for (const listener of declared) {
      const cache = listener.cache ?? configOf(prototype).cache ?? DEFAULT_CACHE;
      if (!names.includes(cache)) throw unknownCache(cache, names, listener.where);
      byCache.set(cache, [...(byCache.get(cache) ?? []), { instance, declared: listener }]);
    }
  }

  private subscribe(name: string, listeners: readonly Listener[]): void {
    const cache = this.caches.get(name);
    // What tests put in the place of a cache may know nothing of events.
    if (!(cache instanceof Cache)) return;
    const byType = new Map<string, Listener[]>();
    for (const listener of listeners)
      byType.set(listener.declared.type, [...(byType.get(listener.declared.type) ?? []), listener]);
    const subscription = cache.events$.subscribe((event) => {
      for (const listener of byType.get(event.type) ?? []) void this.tell(listener, event, cache);
    });
    this.subscriptions.push(subscription);
  }

  private async tell({ instance, declared }: Listener, event: CacheEvent, cache: Cache): Promise<void> {
    try {
      // OnCacheEvent has seen that it is a method, and the compiler that it takes the event.
      const method = Reflect.get(instance, declared.name) as (event: CacheEvent) => unknown;
      await method.call(instance, event);
    } catch (error) {
      this.caches.warnings.warn(declared.where, `failed on ${event.type}`, error);
      // Who fails on hearing of failures is not to hear of that one.
      if (event.type !== 'hook_failed') report(cache, error);
    }
  }
}

/** As what any subscriber throws: counted, and told as `hook_failed`. */
function report(cache: Cache, error: unknown): void {
  const failing = cache.events$.pipe(startWith(undefined)).subscribe(() => {
    throw error;
  });
  failing.unsubscribe();
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
