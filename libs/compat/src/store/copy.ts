/** How deep a value may be nested before it is watched for circles. */
const SHALLOW = 8;
/** How deep values are copied; what is further down is shared. */
const DEEPEST = 200;

/** What has been copied already, and its copy. */
type Copies = Map<object, unknown>;

/** Answered where a value turns out to be nested so deep that it may be a circle. */
const TOO_DEEP = Symbol('too deep');

/**
 * A value that can be changed without changing the original: arrays, plain objects, dates, maps, sets and binary data are copied all the way
 * down, circles included. Instances of other classes are shared, since no copy of one can be told to be as good.
 */
export function copyOf<V>(value: V): V {
  if (typeof value !== 'object' || value === null) return value;
  const copied = copyObject(value, 0, undefined);
  // A copy has the type of what it is a copy of.
  return (copied === TOO_DEEP ? copyObject(value, 0, new Map()) : copied) as V;
}

/** @param copies where it is given, what occurs twice is one thing in the copy, too. */
function copyObject(value: object, depth: number, copies: Copies | undefined): unknown {
  if (depth === SHALLOW && copies === undefined) return TOO_DEEP;
  if (depth === DEEPEST) return value;
  const known = copies?.get(value);
  if (known !== undefined) return known;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return copyPlain(value, depth, copies);
  if (prototype === Array.prototype && Array.isArray(value)) return copyArray(value, depth, copies);
  return copyOther(value, depth, copies);
}

function copyOther(value: object, depth: number, copies: Copies | undefined): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Map.prototype && value instanceof Map) return copyMap(value, depth, copies);
  if (prototype === Set.prototype && value instanceof Set) return copySet(value, depth, copies);
  return copyOfAtom(value);
}

/** V8 copies an object as a whole much faster than name by name; only what is nested is then copied and put in its place. */
function copyPlain(value: object, depth: number, copies: Copies | undefined): unknown {
  const into: Record<string, unknown> = { ...value };
  if (Object.getPrototypeOf(value) === null) Object.setPrototypeOf(into, null);
  copies?.set(value, into);
  for (const name of Object.keys(into)) {
    const member = into[name];
    if (typeof member !== 'object' || member === null) continue;
    const copied = copyObject(member, depth + 1, copies);
    if (copied === TOO_DEEP) return TOO_DEEP;
    // By assignment, this one name would give the copy another prototype.
    if (name === '__proto__') Object.defineProperty(into, name, { value: copied });
    else into[name] = copied;
  }
  return into;
}

function copyArray(value: readonly unknown[], depth: number, copies: Copies | undefined): unknown {
  const into = value.slice();
  copies?.set(value, into);
  for (let index = 0; index < into.length; index++) {
    const member = into[index];
    if (typeof member !== 'object' || member === null) continue;
    const copied = copyObject(member, depth + 1, copies);
    if (copied === TOO_DEEP) return TOO_DEEP;
    into[index] = copied;
  }
  return into;
}

function copyMap(value: ReadonlyMap<unknown, unknown>, depth: number, copies: Copies | undefined): unknown {
  const into = new Map<unknown, unknown>();
  copies?.set(value, into);
  for (const pair of value) {
    const [key, member] = pair.map((each) => copyMember(each, depth, copies));
    if (key === TOO_DEEP || member === TOO_DEEP) return TOO_DEEP;
    into.set(key, member);
  }
  return into;
}

function copySet(value: ReadonlySet<unknown>, depth: number, copies: Copies | undefined): unknown {
  const into = new Set<unknown>();
  copies?.set(value, into);
  for (const each of value) {
    const member = copyMember(each, depth, copies);
    if (member === TOO_DEEP) return TOO_DEEP;
    into.add(member);
  }
  return into;
}

function copyMember(member: unknown, depth: number, copies: Copies | undefined): unknown {
  return typeof member === 'object' && member !== null ? copyObject(member, depth + 1, copies) : member;
}

function copyOfAtom(value: object): unknown {
  if (value instanceof Date && Object.getPrototypeOf(value) === Date.prototype) return new Date(value);
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return structuredClone(value);
  return value;
}
