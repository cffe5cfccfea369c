import { parse, stringify } from '#devalue';
import { badOption } from '../kernel/errors.js';
import { isPlainObject, isRootPrototype } from '../kernel/plain.js';
import { type Codec, textOf } from './codec.js';
import { errorState, isError, reviveError } from './error-state.js';

/** A class whose instances may be stored. */
export type StorableClass = new (...args: never[]) => object;

/** What the rich codec may be told. */
export interface RichCodecOptions {
  /**
   * Classes whose instances are stored by their own properties and come back as instances, without running the constructor.
   * Instances of other classes are refused. Private `#fields` are not seen. Names must differ.
   */
  readonly classes?: readonly StorableClass[];
}

type Reducers = Record<string, (value: unknown) => unknown>;
type Revivers = Record<string, (state: unknown) => unknown>;

const CLASS_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * Text that keeps what JSON loses: `Date`, `Map`, `Set`, `bigint`, `RegExp`, `URL`, `undefined`, `NaN`, `-0`, typed arrays,
 * `Buffer`, shared and cyclic references. An error comes back as the built-in class that it extends, with its message, stack,
 * cause and own properties. Functions, symbols and instances of unknown classes are refused.
 * @throws CacheError `bad_option` for two classes of one name, or a class without one.
 */
export function richCodec({ classes = [] }: RichCodecOptions = {}): Codec {
  const reducers: Reducers = {};
  const revivers: Revivers = { ...builtIn.revivers };
  for (const type of classes) {
    const name = `class ${type.name}`;
    if (!CLASS_NAME.test(type.name) || name in reducers)
      throw badOption('classes', 'named classes, each name once', type);
    reducers[name] = (value) => (isInstance(value, type) ? stateOf(value) : undefined);
    revivers[name] = isError(type.prototype) ? reviveError(type) : revive(type);
  }
  Object.assign(reducers, builtIn.reducers);
  return {
    name: 'rich',
    encode: (value) => wellFormed(write(value, reducers)),
    decode: (encoded) => parse(textOf(encoded), revivers) as unknown,
  };
}

function write(value: unknown, reducers: Reducers): string {
  try {
    return stringify(value, reducers);
  } catch (error) {
    throw explained(error);
  }
}

/** The serialiser knows what stumbled it and where; what can be done about it is ours to say. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !('value' in error) || !('path' in error)) return error;
  if (typeof error.value !== 'object' || error.value === null || isPlainObject(error.value)) return error;
  const type: unknown = error.value.constructor;
  if (typeof type !== 'function') return error;
  const where = error.path === '' ? 'it' : `its member ${String(error.path)}`;
  const remedy = `give the cache codec: richCodec({ classes: [${type.name}] }), or store plain data`;
  return new TypeError(`${where} is an instance of ${type.name}; ${remedy}`, { cause: error });
}

/** A reducer that answers something falsy has declined, hence the array around text that may be empty. */
const builtIn: { readonly reducers: Reducers; readonly revivers: Revivers } = {
  reducers: {
    Buffer: (value) => (Buffer.isBuffer(value) ? [value.toString('base64')] : undefined),
    Error: (value) => (isError(value) ? errorState(value) : undefined),
    Subclass: refuseSubclass,
  },
  revivers: {
    // Written by the reducer of the same name.
    Buffer: (state) => Buffer.from((state as readonly [string])[0], 'base64'),
    Error: reviveError(),
  },
};

/** The state itself becomes the instance: in a cycle it is already referred to. */
function revive(type: StorableClass): (state: unknown) => unknown {
  return (state) => Object.setPrototypeOf(state, type.prototype as object) as unknown;
}

function stateOf(value: object): object {
  return isError(value) ? errorState(value) : { ...value };
}

/** devalue would store an instance of `class Inbox extends Map` as the mere `Map`. */
function refuseSubclass(value: unknown): undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || isRootPrototype(prototype)) return;
  if (isRootPrototype(Object.getPrototypeOf(prototype))) return;
  throw new TypeError(
    `instances of ${value.constructor.name} are kept only by a codec that was given the class`,
  );
}

function isInstance(value: unknown, type: StorableClass): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === type.prototype;
}

/** Half of a surrogate pair, written as an escape: no database keeps it as it is. */
function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
