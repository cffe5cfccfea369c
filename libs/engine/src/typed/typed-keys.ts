import type { WriteOptions } from '../kernel/life.js';
import type { KeyOf, TypedDefinition, ValueOf } from './definition.js';
import { badTypedKey } from './typed-errors.js';

/** The keys and tags that a definition makes of the arguments of a typed cache. */
export class TypedKeys<Definition extends TypedDefinition> {
  readonly #definition: Definition;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** @throws CacheError `bad_key` */
  keyOf(argument: KeyOf<Definition>): string {
    const key: unknown = this.#definition.key(argument);
    if (typeof key === 'string' && key !== '') return key;
    throw badTypedKey(this.#definition.name, key);
  }

  /** The arguments by their keys, in order; of those with one key, the last. */
  byKey(args: readonly KeyOf<Definition>[]): Map<string, KeyOf<Definition>> {
    return new Map(args.map((argument) => [this.keyOf(argument), argument]));
  }

  /** The tags of the definition, and those that were said for this entry. */
  tagsOf(
    argument: KeyOf<Definition>,
    value: ValueOf<Definition> | undefined,
    said: readonly string[] = [],
  ): readonly string[] {
    return [...new Set([...(this.#definition.tags?.(argument, value) ?? []), ...said])];
  }

  /** The options of a call, with the tags of the definition. */
  tagged<Options extends WriteOptions<ValueOf<Definition>>>(
    argument: KeyOf<Definition>,
    value: ValueOf<Definition> | undefined,
    options: Options | undefined,
  ): Options | WriteOptions<ValueOf<Definition>> | undefined {
    if (this.#definition.tags === undefined) return options;
    return { ...options, tags: this.tagsOf(argument, value, options?.tags) };
  }
}

/** @see TypedKeys */
export function keysOf<Definition extends TypedDefinition>(definition: Definition): TypedKeys<Definition> {
  return new TypedKeys(definition);
}
