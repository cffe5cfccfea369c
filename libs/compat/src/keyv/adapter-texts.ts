import { keysIn } from './adapter-keys.js';
import { notKept } from './keyv-errors.js';
import type { KeyvAdapterLike, KeyvListener } from './keyv-types.js';
import { forEachOf, listenTo, type TextEntry, type Texts } from './texts.js';

/** A storage adapter without a Keyv before it. Texts are kept as a Keyv keeps values, since some adapters look into them. */
export class AdapterTexts implements Texts {
  readonly name: string;
  readonly keys: Texts['keys'];
  readonly #adapter: KeyvAdapterLike;

  constructor(adapter: KeyvAdapterLike & { readonly namespace?: unknown }) {
    this.#adapter = adapter;
    this.name = adapter.constructor.name;
    const namespace = typeof adapter.namespace === 'string' ? adapter.namespace : undefined;
    this.keys = keysIn(adapter, { namespace, prefix: '' });
  }

  async getMany(keys: readonly string[]): Promise<readonly unknown[]> {
    if (keys.length === 1 || this.#adapter.getMany === undefined)
      return forEachOf(keys, async (key) => unwrap(await this.#adapter.get(key)));
    const found: unknown = await this.#adapter.getMany([...keys]);
    return Array.isArray(found) ? found.map(unwrap) : [];
  }

  async setMany(entries: readonly TextEntry[]): Promise<void> {
    if (entries.length > 1 && this.#adapter.setMany !== undefined) {
      const kept: unknown = await this.#adapter.setMany(entries.map(wrapped));
      const lost = entries.find((_, index) => Array.isArray(kept) && kept[index] === false);
      if (kept === false || lost !== undefined) throw notKept(this.name, (lost ?? entries[0])?.key ?? '');
      return;
    }
    await forEachOf(entries.map(wrapped), async ({ key, value, ttl }) => {
      if ((await this.#adapter.set(key, value, ttl)) === false) throw notKept(this.name, key);
    });
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    if (keys.length > 1 && this.#adapter.deleteMany !== undefined) await this.#adapter.deleteMany([...keys]);
    else await forEachOf(keys, async (key) => this.#adapter.delete(key));
  }

  async clear(): Promise<void> {
    await this.#adapter.clear();
  }

  async disconnect(): Promise<void> {
    await this.#adapter.disconnect?.();
  }

  onError(listener: KeyvListener): () => void {
    return listenTo(this.#adapter, listener);
  }
}

interface Wrapped {
  key: string;
  value: string;
  ttl?: number;
}

function wrapped({ key, text, ttlMs }: TextEntry): Wrapped {
  const value = JSON.stringify({ value: text });
  return ttlMs === undefined ? { key, value } : { key, value, ttl: ttlMs };
}

/** What an adapter answers is what it was given, or that parsed. What it is not, the reader of the row says. */
function unwrap(found: unknown): unknown {
  const stored: unknown = typeof found === 'string' ? parse(found) : found;
  return typeof stored === 'object' && stored !== null && 'value' in stored ? stored.value : stored;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
