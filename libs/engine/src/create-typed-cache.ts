import type { Cache } from './cache.js';
import { createCache } from './create-cache.js';
import type { CacheOptions } from './options.js';
import type { Codec } from './store/codec.js';
import { type CodecName, resolveCodec } from './store/resolve-codec.js';
import type { TypedDefinition, ValueOf } from './typed/definition.js';
import { noOldRows } from './typed/old-rows.js';
import { schemaCodec } from './typed/schema-codec.js';
import { guardOf, type ValueGuard } from './typed/value-guard.js';
import { TypedCache } from './typed-cache.js';

/**
 * Opens a cache that `defineCache` has declared.
 *
 * @example
 * ```ts
 * const users = await createTypedCache(Users, { store: sqlite({ file: 'cache.db' }) });
 * const user = await users.getOrLoad(1, () => database.findUser(1));
 * ```
 * @param options come before those of the definition.
 * @throws CacheError as `createCache`.
 */
export async function createTypedCache<Definition extends TypedDefinition>(
  definition: Definition,
  options: Omit<CacheOptions<ValueOf<Definition>>, 'name'> = {},
): Promise<TypedCache<Definition>> {
  const typing = typingOf(definition);
  const said: CacheOptions<ValueOf<Definition>> = { ...definition.options, ...options };
  const cache = await createCache({ ...said, name: definition.name, codec: typing.codec(said.codec) });
  typing.opened(cache);
  return typing.over(cache);
}

/**
 * A typed face of a cache that is open already. What it writes and loads is checked, and what it reads; what its store has is not migrated,
 * which takes a cache of `createTypedCache` or `CacheModule.forFeature`.
 */
export function typed<Definition extends TypedDefinition>(
  cache: Cache<ValueOf<Definition>>,
  definition: Definition,
): TypedCache<Definition> {
  return typingOf(definition).over(cache);
}

/** What makes a cache a typed one: for whoever opens it himself, as the Nest module does. */
export interface Typing<Definition extends TypedDefinition> {
  /** The codec to open the cache with. @param codec what values are written by; `'rich'` by default. */
  codec(codec: CodecName | Codec | undefined): Codec;
  /** To be told the cache once it is open: it counts there what is migrated and dropped. */
  opened(cache: Pick<Cache, 'addCounter'>): void;
  /** The typed face. */
  over(cache: Cache<ValueOf<Definition>>): TypedCache<Definition>;
}

/** The typing of one cache: what it has checked when something was stored need not be checked when it is read. */
export function typingOf<Definition extends TypedDefinition>(definition: Definition): Typing<Definition> {
  const guard: ValueGuard = guardOf(definition);
  const checks = { guard, oldRows: noOldRows() };
  return {
    codec: (codec = 'rich') => schemaCodec(resolveCodec(codec), checks),
    opened: (cache) => guard.countIn(cache),
    over: (cache) => new TypedCache(cache, definition, checks),
  };
}
