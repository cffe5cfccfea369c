import type { LoadContext, Loader } from '../../libs/engine/src/load/loader.js';
import type { ManyPort } from '../../libs/engine/src/load/many.js';

/** What a loader is told of a key of which nothing is kept. */
export function contextOf<V>(key: string, signal = new AbortController().signal): LoadContext<V> {
  return {
    key,
    stale: undefined,
    signal,
    setTtl: () => undefined,
    setTags: () => undefined,
    skip: () => undefined,
    notModified: () => {
      throw new Error('nothing is stale');
    },
  };
}

/** A cache that keeps everything it has loaded, and notes what it was asked for. */
export class MapPort<V> implements ManyPort<V> {
  readonly values = new Map<string, V>();
  readonly finds: (readonly string[])[] = [];
  readonly loads: string[] = [];
  readonly options: unknown[] = [];
  readonly #running = new Map<string, Promise<V>>();

  async find(keys: readonly string[]): Promise<Map<string, V>> {
    this.finds.push(keys);
    const { values } = this;
    return new Map([...values].filter(([key]) => keys.includes(key)));
  }

  load(key: string, loader: Loader<V>, options: unknown): Promise<V> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    this.loads.push(key);
    this.options.push(options);
    const load = this.#load(key, loader).finally(() => this.#running.delete(key));
    this.#running.set(key, load);
    return load;
  }

  forget(): void {}

  async #load(key: string, loader: Loader<V>): Promise<V> {
    const value = await loader(contextOf(key));
    this.values.set(key, value);
    return value;
  }
}
