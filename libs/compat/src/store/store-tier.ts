import type { KeyvLike } from '../keyv/keyv-types.js';
import { copyOf } from './copy.js';
import { toStored } from './keyv-text.js';
import type { Stored } from './shelf.js';
import type { Tier, TierEntry, TierLabel } from './tier.js';

/** A store as it was given, or our own, behind the face of a Keyv; what it answers is looked at before it is believed. */
export interface TierStore extends Omit<KeyvLike, 'opts' | 'get'> {
  get(key: string, options?: { raw: true }): unknown;
  /** Of a `Cacheable`, whose `get` answers the bare value. */
  getRaw?(key: string): unknown;
  readonly primary?: unknown;
  readonly ttl?: unknown;
}

/** A store that was given, asked as stores of all kinds can be asked. */
export class StoreTier implements Tier {
  private readonly isCacheable: boolean;
  /** Whether the store keeps, or may keep, the very values that it is given. */
  private readonly sharesValues: boolean;

  constructor(
    readonly label: TierLabel,
    private readonly store: TierStore,
    isStrict: boolean,
  ) {
    this.isCacheable = store.primary !== undefined && typeof store.getRaw === 'function';
    this.sharesValues = !isStrict && (this.isCacheable || isWithoutSerializer(store));
  }

  get ttlMs(): number | undefined {
    return typeof this.store.ttl === 'number' && this.store.ttl > 0 ? this.store.ttl : undefined;
  }

  async read(key: string): Promise<Stored | undefined> {
    const { store } = this;
    const found = await (this.isCacheable ? store.getRaw?.(key) : store.get(key, { raw: true }));
    return this.decode(found);
  }

  async readMany(keys: readonly string[]): Promise<(Stored | undefined)[]> {
    if (this.isCacheable || this.store.getMany === undefined)
      return Promise.all(keys.map((key) => this.read(key)));
    const found = await askMany(this.store, [...keys]);
    return keys.map((_key, index) => (Array.isArray(found) ? this.decode(found[index]) : undefined));
  }

  async write({ key, value, ttl }: TierEntry): Promise<boolean> {
    return (await this.store.set(key, this.sharesValues ? copyOf(value) : value, ttl)) !== false;
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length > 1 && this.store.deleteMany !== undefined) await this.store.deleteMany([...keys]);
    else await Promise.all(keys.map(async (key) => this.store.delete(key)));
  }

  async clear(): Promise<void> {
    await this.store.clear();
  }

  async disconnect(): Promise<void> {
    await this.store.disconnect?.();
  }

  /** A store that knows nothing of `raw` answers the bare value. A value that is not there, or `undefined`, is a miss. */
  private decode(found: unknown): Stored | undefined {
    const stored = this.isRaw(found) ? toStored(found) : { value: found, expires: undefined };
    if (stored === undefined || stored.value === undefined || found === null) return undefined;
    return this.sharesValues ? { ...stored, value: copyOf(stored.value) } : stored;
  }

  private isRaw(found: unknown): boolean {
    if (typeof found !== 'object' || found === null) return false;
    if ('serializeData' in this.store || this.isCacheable) return true;
    return (
      Object.hasOwn(found, 'value') && Object.keys(found).every((key) => key === 'value' || key === 'expires')
    );
  }
}

/** Whether it is a Keyv that was told to keep values as they are. */
function isWithoutSerializer(store: TierStore): boolean {
  return 'serializeData' in store && 'serialize' in store && store.serialize === undefined;
}

function askMany(store: TierStore, keys: string[]): unknown {
  // The second argument is Keyv's own, which its adapters do not have.
  const getMany = store.getMany as ((keys: string[], options: { raw: true }) => unknown) | undefined;
  return getMany?.call(store, keys, { raw: true });
}
