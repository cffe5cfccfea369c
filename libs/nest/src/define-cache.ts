import {
  type CacheDeclarationOf,
  defineCache as define,
  type SchemaInput,
  type SchemaOutput,
  type StandardSchema,
  type TypedDefinition,
} from 'nuthatch/engine';
import type { CacheDefinition } from './module-options.js';

/**
 * Declares a cache of one kind of value for `CacheModule.forFeature`: its name, how its keys are made, what its values must be, and whatever else a
 * definition may say.
 *
 * @example
 * ```ts
 * export const Users = defineCache({
 *   name: 'users',
 *   key: (id: number) => String(id),
 *   value: z.object({ id: z.number(), name: z.string() }),
 *   ttl: '5m',
 * });
 *
 * @Module({ imports: [CacheModule.forFeature(Users)] })
 * class UsersModule {}
 *
 * constructor(@InjectCache(Users) private readonly users: TypedCache<typeof Users>) {}
 * ```
 * @throws CacheError `bad_option` naming everything that is wrong.
 */
export const defineCache = define as DefineCache;

/** The engine's own function: it leaves what it does not know for whoever opens the cache. */
type DefineCache = <Key, Schema extends StandardSchema>(
  declaration: CacheDeclarationOf<Key, Schema, CacheDefinition>,
) => TypedDefinition<Key, SchemaInput<Schema>, SchemaOutput<Schema>>;
