import { types } from 'node:util';

/** A copy of an answer, which nobody else can change. */
export interface CopiedBody {
  readonly value: unknown;
  /** Whether there are instances of classes in it, of which a store may keep less. */
  readonly hasInstances: boolean;
}

const DEEPEST = 100;

/**
 * Copies what a handler has answered, or what is kept of it: nobody who changes his own changes what others get. Instances keep their class, since
 * a serializer that runs later may decide by it what to leave out.
 * @returns `undefined` where a copy would not be the same: for streams, functions, promises, cycles, and the like.
 */
export function copyBody(body: unknown): CopiedBody | undefined {
  const copier = new Copier();
  try {
    return { value: copier.copy(body, 0), hasInstances: copier.hasInstances };
  } catch (error) {
    if (error instanceof Uncopiable) return undefined;
    throw error;
  }
}

/** Whether this is sent as it comes, and once: a stream, a file, a response of the web, a generator. */
export function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && hasMethod(body, STREAMING);
}

/** Ends a copy that cannot be had; never seen by anybody else. */
class Uncopiable extends Error {}

class Copier {
  hasInstances = false;

  copy(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'function' || typeof value === 'symbol') throw new Uncopiable();
      return value;
    }
    if (depth > DEEPEST) throw new Uncopiable();
    if (Array.isArray(value)) return this.list(value, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    // A spread is several times faster than copying member by member, and an own `__proto__` stays a member.
    if (prototype === Object.prototype || isForeignRoot(prototype)) return this.settle({ ...value }, depth);
    return this.builtIn(value, depth) ?? this.instance(value, prototype as object | null, depth);
  }

  private list(list: readonly unknown[], depth: number): unknown[] {
    const copy = list.slice();
    for (let index = 0; index < copy.length; index++) {
      const member = copy[index];
      if (isSimple(member)) continue;
      copy[index] = this.copy(member, depth + 1);
    }
    return copy;
  }

  /** Copies the members of what is a copy itself already. */
  private settle(copy: object, depth: number): object {
    // Only own members are looked at.
    const members = copy as Record<string, unknown>;
    for (const name of Object.keys(members)) {
      const member = members[name];
      if (!isSimple(member)) members[name] = this.copy(member, depth + 1);
    }
    return copy;
  }

  private builtIn(value: object, depth: number): object | undefined {
    if (types.isDate(value)) return new Date(value.getTime());
    if (ArrayBuffer.isView(value)) return bytesOf(value);
    if (types.isMap(value))
      return new Map(
        Array.from(value, ([key, member]) => [this.copy(key, depth + 1), this.copy(member, depth + 1)]),
      );
    if (types.isSet(value)) return new Set(Array.from(value, (member) => this.copy(member, depth + 1)));
    if (types.isRegExp(value)) return new RegExp(value.source, value.flags);
    return undefined;
  }

  /** What has state that cannot be seen is none that can be copied; iterators, streams and responses are such. */
  private instance(value: object, prototype: object | null, depth: number): object {
    if (isLive(value)) throw new Uncopiable();
    if (prototype !== null) this.hasInstances = true;
    const copy = Object.create(prototype) as object;
    for (const name of Reflect.ownKeys(value)) {
      const { enumerable = true } = Object.getOwnPropertyDescriptor(value, name) ?? {};
      const member = this.copy(Reflect.get(value, name), depth + 1);
      Object.defineProperty(copy, name, { value: member, enumerable, configurable: true, writable: true });
    }
    return copy;
  }
}

/** Whether this is what plain objects of another realm inherit from, as in a test runner's sandbox. */
function isForeignRoot(prototype: unknown): boolean {
  if (typeof prototype !== 'object' || prototype === null) return false;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** What is the same wherever it is. */
function isSimple(value: unknown): boolean {
  const type = typeof value;
  return (
    type === 'string' || type === 'number' || type === 'boolean' || value === null || value === undefined
  );
}

function bytesOf(view: ArrayBufferView): object {
  if (Buffer.isBuffer(view)) return Buffer.from(view);
  if (types.isTypedArray(view)) return view.slice();
  throw new Uncopiable();
}

/** Whether it is more than its properties: a promise, a stream, an error, an iterator, a response of the web, a proxy of something else. */
function isLive(value: object): boolean {
  if (types.isProxy(value) || types.isPromise(value) || types.isNativeError(value) || types.isExternal(value))
    return true;
  if (types.isBoxedPrimitive(value) || types.isAnyArrayBuffer(value)) return true;
  return hasMethod(value, STREAMING) || hasMethod(value, ['then', 'subscribe', Symbol.iterator]);
}

const STREAMING = ['pipe', 'getReader', 'getStream', 'arrayBuffer', Symbol.asyncIterator] as const;

function hasMethod(value: object, names: readonly (string | symbol)[]): boolean {
  return names.some((name) => typeof Reflect.get(value, name) === 'function');
}
