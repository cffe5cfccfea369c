import { notKept } from './keyv-errors.js';
import { isKeyvAdapter, type KeyvAdapterLike, type KeyvLike, type KeyvListener } from './keyv-types.js';
import { keysIn } from './adapter-keys.js';
import { forEachOf, listenTo, type TextEntry, type Texts } from './texts.js';

/** A Keyv as it is: its serializer, compression, namespace and hooks are at work on what is stored. */
export class KeyvTexts implements Texts {
  readonly name: string;
  readonly keys: Texts['keys'];
  readonly #keyv: KeyvLike;
  readonly #adapter: KeyvAdapterLike | undefined;

  constructor(keyv: KeyvLike) {
    this.#keyv = throwing(keyv);
    this.#adapter = adapterOf(keyv);
    this.name = `Keyv over ${this.#adapter?.constructor.name ?? 'a store'}`;
    const prefix = keyv.namespace === undefined || keyv.useKeyPrefix === false ? '' : `${keyv.namespace}:`;
    this.keys = this.#adapter && keysIn(this.#adapter, { namespace: keyv.namespace, prefix });
  }

  async getMany(keys: readonly string[]): Promise<readonly unknown[]> {
    // Without `getMany` of the adapter, that of Keyv would take an error for a miss.
    if (keys.length > 1 && this.#adapter?.getMany !== undefined && this.#keyv.getMany !== undefined)
      return asList(await this.#keyv.getMany([...keys]));
    return forEachOf(keys, async (key) => this.#keyv.get(key));
  }

  async setMany(entries: readonly TextEntry[]): Promise<void> {
    // 0 is for ever, also where the Keyv has a time to live of its own.
    const given = entries.map(({ key, text, ttlMs }) => ({ key, value: text, ttl: ttlMs ?? 0 }));
    if (given.length > 1 && this.#adapter?.setMany !== undefined && this.#keyv.setMany !== undefined) {
      const kept = asList(await this.#keyv.setMany(given));
      given.forEach(({ key }, index) => this.#assertKept(key, kept[index]));
      return;
    }
    await forEachOf(given, async ({ key, value, ttl }) =>
      this.#assertKept(key, await this.#keyv.set(key, value, ttl)),
    );
  }

  /** Whether there was something to delete is of no interest. */
  async deleteMany(keys: readonly string[]): Promise<void> {
    if (keys.length > 1 && this.#adapter?.deleteMany !== undefined && this.#keyv.deleteMany !== undefined)
      await this.#keyv.deleteMany([...keys]);
    else await forEachOf(keys, async (key) => this.#keyv.delete(key));
  }

  async clear(): Promise<void> {
    await this.#keyv.clear();
  }

  async disconnect(): Promise<void> {
    await this.#keyv.disconnect?.();
  }

  /** A Keyv hands on the errors of its adapter, unless it was told not to. */
  onError(listener: KeyvListener): () => void {
    const isSilent = 'emitErrors' in this.#keyv.opts && this.#keyv.opts.emitErrors === false;
    return listenTo(isSilent && this.#adapter !== undefined ? this.#adapter : this.#keyv, listener);
  }

  #assertKept(key: string, answer: unknown): void {
    if (answer === false) throw notKept(this.name, key);
  }
}

/** The same Keyv, which throws what it would swallow. The user's own stays as it is. */
function throwing(keyv: KeyvLike): KeyvLike {
  const own = { throwOnErrors: { value: true }, _throwOnErrors: { value: true } };
  // What inherits from a Keyv is one.
  return Object.create(keyv, own) as KeyvLike;
}

function adapterOf(keyv: KeyvLike): KeyvAdapterLike | undefined {
  const adapter = keyv.store ?? ('store' in keyv.opts ? keyv.opts.store : undefined);
  return isKeyvAdapter(adapter) ? adapter : undefined;
}

function asList(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [];
}
