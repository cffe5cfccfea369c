import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Cache, type CloseReport } from 'nuthatch/engine';
import { CacheDeclarations } from './cache-declarations.js';
import { LoadChain } from './decorators/load-chain.js';
import { RareWarnings } from './decorators/rare-warnings.js';
import { badDeclaration, unknownCache } from './errors.js';
import { prefixFor } from './key-prefix.js';
import { cacheNameOf, DEFAULT_CACHE, getCacheToken } from './tokens.js';

/** Every cache of the application, by name: those that tests put in the place of others included. */
@Injectable()
export class CacheManager {
  /** @internal The loads that decorated methods are running. */
  readonly loads = new LoadChain();
  /** @internal What decorated methods could not do, for the log. */
  readonly warnings = new RareWarnings();
  /** @internal The requests that an interceptor answers, so that another one behind it leaves them alone. */
  readonly visited = new WeakSet<object>();
  private readonly found = new Map<string, Cache<never>>();

  constructor(
    private readonly modules: ModulesContainer,
    private readonly declarations: CacheDeclarations,
  ) {}

  /**
   * The cache of that name; the default cache where none is given.
   * @throws CacheError `unknown_name`, listing the caches that there are, or `bad_declaration` while it is not open yet.
   */
  get<V = unknown>(name: string = DEFAULT_CACHE): Cache<V> {
    const cache = this.find<V>(name);
    if (cache !== undefined) return cache;
    const names = this.names();
    if (!names.includes(name)) throw unknownCache(name, names);
    throw badDeclaration(
      `cache ${JSON.stringify(name)}`,
      'not open yet; use it from onModuleInit on, or inject it by @InjectCache',
    );
  }

  /** The names of all caches, `'default'` first where there is one. */
  names(): string[] {
    const names = new Set<string>();
    for (const module of this.modules.values()) {
      for (const token of module.providers.keys()) {
        const name = cacheNameOf(token);
        if (name !== undefined) names.add(name);
      }
    }
    return [...names].sort((one, other) => Number(other === DEFAULT_CACHE) - Number(one === DEFAULT_CACHE));
  }

  /** The open caches with their names. */
  *[Symbol.iterator](): Generator<[name: string, cache: Cache], void> {
    for (const name of this.names()) {
      const cache = this.find(name);
      if (cache !== undefined) yield [name, cache];
    }
  }

  /** Closes every cache, draining what is pending for at most `deadlineMs` (5 seconds) each; answers what each of them could do. */
  async closeAll(deadlineMs?: number): Promise<ReadonlyMap<string, CloseReport>> {
    // What tests put in the place of a cache may know nothing of closing.
    const caches = [...this].filter(([, cache]) => cache instanceof Cache);
    return new Map(
      await Promise.all(caches.map(async ([name, cache]) => [name, await close(cache, deadlineMs)] as const)),
    );
  }

  /** @internal The cache of that name; `undefined` while it is not open, and where there is none. */
  find<V>(name: string): Cache<V> | undefined {
    const cache = this.found.get(name) ?? this.lookUp(name);
    // What the values of a cache are, only who uses it knows.
    return cache as unknown as Cache<V> | undefined;
  }

  /**
   * @internal What stands before keys and tags in a cache, now, to be put before them as it is; empty where the cache has no `keyPrefix`.
   * @param instance whose method is called, for prefixes that are read from it.
   * @throws CacheError `bad_key` where the prefix cannot be had.
   */
  prefixOf(name: string, instance?: object): string {
    return prefixFor(this.declarations.keyPrefixOf(name), instance);
  }

  private lookUp(name: string): Cache<never> | undefined {
    const token = getCacheToken(name);
    for (const module of this.modules.values()) {
      // Under this token is the cache, or what a test put in its place.
      const cache = module.providers.get(token)?.instance as Cache<never> | undefined;
      if (cache instanceof Cache) this.found.set(name, cache);
      if (cache) return cache;
    }
    return undefined;
  }
}

async function close(cache: Cache, deadlineMs: number | undefined): Promise<CloseReport> {
  try {
    return await cache.close(deadlineMs);
  } catch (error) {
    return { flushed: 0, left: 0, error };
  }
}
