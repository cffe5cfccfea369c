import type { StandardSchema } from './standard-schema.js';

/** Marks a definition, whichever copy of the package has made it. */
export const TYPED = 'nuthatch typed cache';

/** Answers the tags of a value. Written as a method, so that a definition of any argument is a `TypedDefinition`. */
type TagsOf<Key, Output> = { of(argument: Key, value: Output | undefined): readonly string[] }['of'];

/** What a cache of one kind of value is: how its keys are made, and which values it takes. */
export interface TypedShape<Key = unknown, Input = unknown, Output = unknown> {
  /** The name of the cache. */
  readonly name: string;
  /** Makes the key, a non-empty string that no other argument has; `cacheKey` makes one of several parts. */
  key(argument: Key): string;
  /** What a value must be: a schema of Zod, Valibot, ArkType or any other that speaks Standard Schema, without anything asynchronous. */
  readonly value: StandardSchema<Input, Output>;
  /**
   * What must hold of a value that was kept, where `value` does not take what it makes itself: kept is what `value` has made. `value` by
   * default.
   */
  readonly kept?: StandardSchema<Output> | undefined;
  /**
   * What an entry can be invalidated by, beside its key. Before a load it is asked without a value, so that who comes after an invalidation
   * does not get what was being loaded; and once the value is there, with it.
   */
  readonly tags?: TagsOf<Key, Output> | undefined;
  /** The version of the shape of values: a whole number, 1 by default. To be raised when what is stored no longer means the same. */
  readonly version?: number | undefined;
  /**
   * Makes a value that was stored under another version, or that no longer fits, into what `value` takes. What it throws, or what does not
   * fit even then, is dropped: it is a miss. Without it, all of these are. `fromVersion` is undefined where the value was stored by a cache
   * without a definition.
   */
  readonly migrate?: ((old: unknown, fromVersion: number | undefined) => Input) | undefined;
}

/** A typed cache, declared: made by `defineCache`. */
export interface TypedDefinition<
  Key = unknown,
  Input = unknown,
  Output = unknown,
  Options = object,
> extends TypedShape<Key, Input, Output> {
  /** What tells it from other objects. */
  readonly kind: typeof TYPED;
  /** As it was given, or 1. */
  readonly version: number;
  /** What is said of the cache beside its shape. */
  readonly options: Options;
}

/** What `get` of a typed cache takes. */
export type KeyOf<Definition> =
  Definition extends TypedDefinition<infer Key, infer _I, infer _O, infer _> ? Key : never;

/** What `set` of a typed cache takes. */
export type InputOf<Definition> =
  Definition extends TypedDefinition<infer _K, infer Input, infer _O, infer _> ? Input : never;

/** What `get` of a typed cache answers. */
export type ValueOf<Definition> =
  Definition extends TypedDefinition<infer _K, infer _I, infer Output, infer _> ? Output : never;

/** Whether this was made by `defineCache`. */
export function isTypedDefinition(found: object): found is TypedDefinition {
  return 'kind' in found && found.kind === TYPED;
}
