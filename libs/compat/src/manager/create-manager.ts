import { randomUUID } from 'node:crypto';
import type { Cache, StoredValue, WrapOptions } from '../cache.js';
import type { CacheManagerOptions } from '../cache-options.js';
import type { Loose } from '../loose.js';
import { openStores, type Stores } from '../store/open-stores.js';
import { Announcer } from './announcer.js';
import { Background } from './background.js';
import { BulkReads } from './bulk-reads.js';
import { Fences } from './fences.js';
import { hideInside, type Inside } from './inside.js';
import { Personal } from './personal.js';
import { Reads } from './reads.js';
import { resolveSettings, type Shared } from './settings.js';
import { Wraps } from './wraps.js';
import { Writes } from './writes.js';

/** A cache that Nest is told to close. */
export type ManagedCache = Cache & { onModuleDestroy(): Promise<void> };

/** Opens a cache on its stores. @throws CacheError `bad_option` for a store that is none. */
export function createManager(options: CacheManagerOptions): ManagedCache {
  const stores = openStores(options);
  const shared: Shared = {
    settings: resolveSettings(options),
    tiers: stores.tiers,
    announcer: new Announcer(),
    fences: new Fences(),
    background: new Background(),
  };
  const reads = new Reads(shared);
  const writes = new Writes(shared);
  const wraps = new Wraps(shared, reads, writes);
  const closing = new Closing(shared);
  const inside: Inside = {
    isStrict: shared.settings.isStrict,
    principal: options.principal,
    fences: shared.fences,
    personal: new Personal(shared, reads, writes),
    ownedByApplication: () => closing.leaveToApplication(),
    close: () => closing.close(),
  };
  return hideInside(
    { ...verbs({ shared, reads, writes }), ...wrapOf(wraps), ...life({ options, shared, stores, closing }) },
    inside,
  );
}

interface Parts {
  readonly shared: Shared;
  readonly reads: Reads;
  readonly writes: Writes;
}

type Verbs = Pick<Cache, 'get' | 'mget' | 'ttl' | 'set' | 'mset' | 'del' | 'mdel' | 'clear'>;

function verbs({ shared, reads, writes }: Parts): Verbs {
  const bulk = new BulkReads(shared, reads);
  return {
    // What a key holds is the caller's knowledge: he names the type.
    get: <T>(key: string) => reads.get(key) as Promise<T | undefined>,
    mget: <T>(keys: string[]) => bulk.mget(keys) as Promise<(T | undefined)[]>,
    ttl: (key) => reads.ttl(key),
    set: (key, value, ttl) => writes.set(key, value, ttl),
    mset: (list) => writes.mset(list),
    del: (key) => writes.del(key),
    mdel: (keys) => writes.mdel(keys),
    clear: () => writes.clear(),
  };
}

type WrapArgument = number | ((value: Loose) => number) | (WrapOptions<Loose> & { raw?: boolean });

function wrapOf(wraps: Wraps): Pick<Cache, 'wrap'> {
  const wrap = async (
    key: string,
    load: () => unknown,
    ...[options, refreshThreshold]: [WrapArgument?, WrapOptions<Loose>['refreshThreshold']?]
  ): Promise<unknown> => {
    if (typeof options !== 'object' || options === null)
      return (await wraps.wrap({ key, load, options: { ttl: options, refreshThreshold } })).value;
    const found: StoredValue = await wraps.wrap({ key, load, options });
    return options.raw === true ? found : found.value;
  };
  // The overloads of the interface tell callers what `raw` answers.
  return { wrap: wrap as Cache['wrap'] };
}

interface Life {
  readonly options: CacheManagerOptions;
  readonly shared: Shared;
  readonly stores: Stores;
  readonly closing: Closing;
}

function life({ options, shared, stores, closing }: Life): Omit<ManagedCache, keyof Verbs | 'wrap'> {
  const { emitter } = shared.announcer;
  const cacheId = options.cacheId ?? randomUUID();
  return {
    on: (event, listener) => emitter.on(event, listener),
    off: (event, listener) => emitter.off(event, listener),
    disconnect: () => closing.disconnect(),
    cacheId: () => cacheId,
    stores: [...stores.given],
    onModuleDestroy: () => closing.onModuleDestroy(),
  };
}

/** Disconnects the stores of a cache, when it is time. */
class Closing {
  private isApplications = false;
  private closed: Promise<void> | undefined;

  constructor(private readonly shared: Shared) {}

  leaveToApplication(): void {
    this.isApplications = true;
  }

  async onModuleDestroy(): Promise<void> {
    if (!this.isApplications) await this.close();
  }

  async close(): Promise<void> {
    this.closed ??= this.settle();
    return this.closed;
  }

  async disconnect(): Promise<undefined> {
    await Promise.all(this.shared.tiers.map((tier) => tier.disconnect()));
  }

  private async settle(): Promise<void> {
    await this.shared.background.settled();
    await this.disconnect();
  }
}
