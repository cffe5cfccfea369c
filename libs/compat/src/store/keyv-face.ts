import { EventEmitter } from 'node:events';
import type { KeyvEntryLike } from '../keyv/keyv-types.js';
import type { Shelf, Stored } from './shelf.js';

interface Raw {
  readonly raw?: boolean;
}

/** What a face has besides its shelf. */
export interface FaceOptions {
  /** How long a value is kept that is not told otherwise, in milliseconds. */
  readonly ttl?: number | undefined;
  readonly namespace?: string | undefined;
}

/**
 * A store with the face of a Keyv 5, for programs that reach into `cache.stores`. Reads reject where the store fails; where nobody
 * listens to `error` events, these are dropped, as the failed call tells the same.
 */
export class KeyvFace extends EventEmitter {
  readonly opts: { readonly store: unknown; ttl?: number | undefined; namespace?: string | undefined };
  /** Counted as a Keyv with `stats: true` would, of what is asked by way of this face. */
  readonly stats = { enabled: true, hits: 0, misses: 0, sets: 0, deletes: 0, errors: 0 };
  /** For those who tell a Keyv by it; no hook is ever called. */
  readonly hooks = new EventEmitter();
  readonly serialize = undefined;
  readonly deserialize = undefined;
  ttl: number | undefined;
  readonly namespace: string | undefined;

  constructor(
    private readonly shelf: Shelf,
    { ttl, namespace }: FaceOptions = {},
  ) {
    super();
    this.ttl = ttl;
    this.namespace = namespace;
    this.opts = { store: shelf.store, ttl, namespace };
    shelf.onError((error) => this.tellError(error));
  }

  /** What is behind the face: the adapter that was given, or a live view of the memory. */
  get store(): unknown {
    return this.shelf.store;
  }

  async get(key: string | string[], options?: Raw): Promise<unknown> {
    if (Array.isArray(key)) return this.getMany(key, options);
    const stored = await this.shelf.read(key);
    this.count(stored);
    return options?.raw === true ? stored : stored?.value;
  }

  async getRaw(key: string): Promise<Stored | undefined> {
    const stored = await this.shelf.read(key);
    this.count(stored);
    return stored;
  }

  async getMany(keys: string[], options?: Raw): Promise<unknown[]> {
    const found = await this.shelf.readMany(keys);
    for (const stored of found) this.count(stored);
    return options?.raw === true ? found : found.map((stored) => stored?.value);
  }

  async getManyRaw(keys: string[]): Promise<unknown[]> {
    return this.getMany(keys, { raw: true });
  }

  /** Answers whether it was kept. 0 is for ever. */
  async set(key: string, value: unknown, ttl: number | undefined = this.ttl): Promise<boolean> {
    this.stats.sets++;
    return this.shelf.write(key, value, ttl === 0 ? undefined : ttl);
  }

  async setMany(entries: KeyvEntryLike[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)));
  }

  async delete(key: string | string[]): Promise<boolean> {
    this.stats.deletes++;
    return this.shelf.remove(Array.isArray(key) ? key : [key]);
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return this.delete(keys);
  }

  async clear(): Promise<void> {
    this.emit('clear');
    await this.shelf.clear();
  }

  async has(key: string | string[]): Promise<boolean | boolean[]> {
    return Array.isArray(key) ? this.hasMany(key) : (await this.shelf.read(key)) !== undefined;
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return (await this.shelf.readMany(keys)).map((stored) => stored !== undefined);
  }

  /** Goes through `[key, value]` of the entries, as far as the store can. */
  iterator(): AsyncIterable<readonly [key: string, value: unknown]> {
    return this.shelf.entries();
  }

  async disconnect(): Promise<void> {
    this.emit('disconnect');
    await this.shelf.disconnect();
  }

  private count(stored: Stored | undefined): void {
    if (stored === undefined) this.stats.misses++;
    else this.stats.hits++;
  }

  private tellError(error: unknown): void {
    this.stats.errors++;
    // Node's emitters throw what nobody listens to.
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}
