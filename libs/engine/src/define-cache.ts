import type { Ttl } from './kernel/life.js';
import type { CacheOptions } from './options.js';
import { declared } from './typed/declared.js';
import type { TypedDefinition, TypedShape } from './typed/definition.js';
import type { SchemaInput, SchemaOutput, StandardSchema } from './typed/standard-schema.js';

/** What is said of a typed cache: the shape of its values, and any option of `createCache`. */
export type CacheDeclarationOf<Key, Schema extends StandardSchema, Options> = Omit<
  TypedShape<Key, SchemaInput<Schema>, SchemaOutput<Schema>>,
  'value' | 'kept'
> & {
  /** What a value must be: a schema of Zod, Valibot, ArkType or any other that speaks Standard Schema, without anything asynchronous. */
  readonly value: Schema;
  /** Time to live, in milliseconds or as `'5m'`, or a function that answers that of the value. */
  readonly ttl?: Ttl<SchemaOutput<Schema>> | undefined;
} & KeptRule<Schema> &
  Omit<Options, keyof TypedShape | 'ttl'>;

/** A schema that does not take what it makes itself, such as one that makes a number of a text, needs another for what is kept. */
export type KeptRule<Schema extends StandardSchema> =
  SchemaOutput<Schema> extends SchemaInput<Schema>
    ? { readonly kept?: StandardSchema<SchemaOutput<Schema>> | undefined }
    : { readonly kept: StandardSchema<SchemaOutput<Schema>> };

/**
 * Declares a cache of one kind of value: its name, how its keys are made, what its values must be, and any option of `createCache`.
 *
 * @example
 * ```ts
 * const Users = defineCache({
 *   name: 'users',
 *   key: (id: number) => String(id),
 *   value: z.object({ id: z.number(), name: z.string() }),
 *   ttl: '5m',
 * });
 * const users = await createTypedCache(Users);
 * ```
 * @throws CacheError `bad_option` naming everything that is wrong.
 */
export function defineCache<Key, Schema extends StandardSchema>(
  declaration: CacheDeclarationOf<Key, Schema, CacheOptions<never>>,
): TypedDefinition<Key, SchemaInput<Schema>, SchemaOutput<Schema>> {
  return declared(declaration);
}
