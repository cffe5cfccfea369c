import type { KeyvAdapterLike } from './keyv-types.js';
import type { Texts } from './texts.js';

/** What an adapter's keys are told apart by. */
export interface KeySpace {
  readonly namespace: string | undefined;
  /** What a Keyv puts before every key. An adapter may have taken it off again. */
  readonly prefix: string;
}

/** How to go through the keys of an adapter, as they are without the prefix; `undefined` where it cannot list them. */
export function keysIn(adapter: KeyvAdapterLike, space: KeySpace): Texts['keys'] {
  if (adapter instanceof Map) return () => mapKeys(adapter, space);
  const iterate = adapter.iterator?.bind(adapter);
  return iterate && (() => adapterKeys(iterate(space.namespace), space));
}

/** Several Keyvs may keep what is theirs in one map. */
async function* mapKeys(map: ReadonlyMap<unknown, unknown>, { prefix }: KeySpace): AsyncGenerator<string> {
  for (const key of map.keys())
    if (typeof key === 'string' && key.startsWith(prefix)) yield key.slice(prefix.length);
}

async function* adapterKeys(
  pairs: AsyncIterable<unknown> | Iterable<unknown>,
  { prefix }: KeySpace,
): AsyncGenerator<string> {
  for await (const pair of pairs) {
    const key: unknown = Array.isArray(pair) ? pair[0] : undefined;
    if (typeof key === 'string') yield key.startsWith(prefix) ? key.slice(prefix.length) : key;
  }
}
