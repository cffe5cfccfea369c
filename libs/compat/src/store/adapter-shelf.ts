import type { KeyvAdapterLike } from '../keyv/keyv-types.js';
import { fromKeyvText, toKeyvText, toStored } from './keyv-text.js';
import type { Shelf, Stored } from './shelf.js';

/** Keeps values in a raw adapter of Keyv, under the keys and in the form in which a Keyv in front of it would. */
export class AdapterShelf implements Shelf {
  readonly store: KeyvAdapterLike;
  private readonly prefix: string;

  constructor(
    adapter: KeyvAdapterLike,
    private readonly namespace: string | undefined,
  ) {
    this.store = adapter;
    this.prefix = namespace ? `${namespace}:` : '';
    // Adapters read their namespace from here, as a Keyv leaves it.
    Object.assign(adapter, { namespace });
  }

  async read(key: string): Promise<Stored | undefined> {
    return this.decode(await this.store.get(this.prefixed(key)));
  }

  async readMany(keys: readonly string[]): Promise<(Stored | undefined)[]> {
    if (this.store.getMany === undefined) return Promise.all(keys.map(async (key) => this.read(key)));
    const found = await this.store.getMany(keys.map((key) => this.prefixed(key)));
    return keys.map((_key, index) => (Array.isArray(found) ? this.decode(found[index]) : undefined));
  }

  async write(key: string, value: unknown, ttlMs: number | undefined): Promise<boolean> {
    const expires = ttlMs === undefined ? undefined : Date.now() + ttlMs;
    const answer = await this.store.set(this.prefixed(key), toKeyvText({ value, expires }), ttlMs);
    return answer !== false;
  }

  async remove(keys: readonly string[]): Promise<boolean> {
    const prefixed = keys.map((key) => this.prefixed(key));
    if (prefixed.length > 1 && this.store.deleteMany !== undefined)
      return (await this.store.deleteMany(prefixed)) !== false;
    const answers = await Promise.all(prefixed.map(async (key) => this.store.delete(key)));
    return answers.some((answer) => answer !== false);
  }

  async clear(): Promise<void> {
    await this.store.clear();
  }

  async *entries(): AsyncGenerator<readonly [key: string, value: unknown]> {
    const all = this.store instanceof Map ? this.store : this.store.iterator?.(this.namespace);
    for await (const pair of all ?? []) {
      if (!Array.isArray(pair)) continue;
      const [key, found]: unknown[] = pair;
      const stored = this.decode(found);
      if (typeof key === 'string' && stored !== undefined) yield [this.unprefixed(key), stored.value];
    }
  }

  async disconnect(): Promise<void> {
    await this.store.disconnect?.();
  }

  onError(listener: (error: unknown) => void): void {
    this.store.on?.('error', listener);
  }

  private decode(found: unknown): Stored | undefined {
    const stored = typeof found === 'string' ? fromKeyvText(found) : toStored(found);
    return stored?.expires !== undefined && stored.expires < Date.now() ? undefined : stored;
  }

  private prefixed(key: string): string {
    return key.startsWith(this.prefix) ? key : this.prefix + key;
  }

  private unprefixed(key: string): string {
    return key.startsWith(this.prefix) ? key.slice(this.prefix.length) : key;
  }
}
