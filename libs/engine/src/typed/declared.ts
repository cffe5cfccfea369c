import { badOption } from '../kernel/errors.js';
import { Problems } from '../kernel/problems.js';
import { TYPED, type TypedDefinition, type TypedShape } from './definition.js';
import type { StandardSchema } from './standard-schema.js';

/** A definition from what was said of it. @throws CacheError `bad_option` naming everything that is wrong. */
export function declared<Key, Input, Output>(
  said: Omit<TypedShape<Key, Input, Output>, 'value' | 'kept'> & {
    readonly value: StandardSchema;
    readonly kept?: StandardSchema | undefined;
  },
): TypedDefinition<Key, Input, Output> {
  const { name, key, value, kept, tags, version = 1, migrate, ...options } = said;
  const problems = new Problems();
  for (const [option, found] of Object.entries({ name, key, tags, migrate, value, kept, version }))
    // They are written out in the line above.
    problems.check(() => assertFits(option as keyof typeof EXPECTED, found));
  problems.settle({});
  // What the schema takes and makes is what its types say; it was inferred from them.
  const definition = { kind: TYPED, name, key, value, kept, tags, version, migrate, options };
  return Object.freeze(definition) as unknown as TypedDefinition<Key, Input, Output>;
}

/** What each part must be; those of which nothing is said otherwise may be left out. */
const EXPECTED = {
  name: {
    what: 'a non-empty string',
    isRight: (found: unknown) => typeof found === 'string' && found !== '',
  },
  key: { what: 'a function', isRight: isFunction },
  tags: { what: 'a function', isRight: optional(isFunction) },
  migrate: { what: 'a function', isRight: optional(isFunction) },
  value: { what: "a schema that speaks Standard Schema 1, with ['~standard'].validate", isRight: isSchema },
  kept: { what: 'a schema as value is one', isRight: optional(isSchema) },
  version: { what: 'a whole number', isRight: Number.isSafeInteger },
} as const;

function assertFits(option: keyof typeof EXPECTED, found: unknown): void {
  const { what, isRight } = EXPECTED[option];
  if (!isRight(found)) throw badOption(option, what, found);
}

function optional(isRight: (found: unknown) => boolean): (found: unknown) => boolean {
  return (found) => found === undefined || isRight(found);
}

function isFunction(found: unknown): boolean {
  return typeof found === 'function';
}

/** Those of ArkType are functions. */
function isSchema(found: unknown): boolean {
  if ((typeof found !== 'object' && typeof found !== 'function') || found === null) return false;
  const standard: unknown = Reflect.get(found, '~standard');
  if (typeof standard !== 'object' || standard === null) return false;
  return Reflect.get(standard, 'version') === 1 && typeof Reflect.get(standard, 'validate') === 'function';
}
