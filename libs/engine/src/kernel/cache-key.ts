import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { badKey, unsupportedKeyPart } from './errors.js';
import { isPlainObject, isRootPrototype } from './plain.js';

const LONGEST_KEY = 512;
const DEEPEST = 100;
/** Stands for a member that is not there; no value is encoded like this. */
const HOLE = 'hole()';
const BARE_WORD = /^[A-Za-z_$][\w$.-]*$/;
const RESERVED = new Set(['true', 'false', 'null', 'undefined', 'NaN', 'Infinity']);

/**
 * A key made of any plain arguments: `cacheKey('user', 42)` is `user:42`, `cacheKey('near', { lat: 1, lon: 2 })` is
 * `near:{lat:1,lon:2}`.
 *
 * Different arguments never share a key: `1` and `'1'`, `null` and `undefined`, `0` and `-0`, `['a', 'b']` and
 * `['a,b']` all differ. The order of an object's properties, and of a set's or map's members, does not matter. A key that would be longer than 512
 * characters becomes its SHA-256 hash. Cost: linear in the size of the arguments.
 *
 * Plain objects, arrays, `Date`, `Map`, `Set`, `RegExp`, `URL`, `bigint`, `Buffer` and typed arrays are understood.
 * @throws CacheError `bad_key` where there is nothing to make a key of, and for functions, symbols, cycles and instances of other classes, whose state cannot be seen.
 */
export function cacheKey(...parts: readonly unknown[]): string {
  if (parts.length === 0) throw badKey('');
  const key = parts.map((part, index) => encode(part, `argument ${index}`, 0)).join(':');
  return key.length <= LONGEST_KEY ? key : `#${createHash('sha256').update(key).digest('hex')}`;
}

function encode(part: unknown, path: string, depth: number): string {
  switch (typeof part) {
    case 'string':
      return encodeString(part);
    case 'number':
      return Object.is(part, -0) ? '-0' : String(part);
    case 'bigint':
      return `${part}n`;
    case 'boolean':
    case 'undefined':
      return String(part);
    case 'object':
      return part === null ? 'null' : encodeObject(part, path, depth);
    default:
      throw unsupportedKeyPart(path, part);
  }
}

function encodeString(text: string): string {
  if (BARE_WORD.test(text) && !RESERVED.has(text)) return text;
  return JSON.stringify(text);
}

function encodeObject(part: object, path: string, depth: number): string {
  if (depth > DEEPEST) throw unsupportedKeyPart(`${path} (deeper than ${DEEPEST} levels, or cyclic)`, part);
  const inner: Inner = (member, name) => encode(member, `${path}${name}`, depth + 1);
  if (isPlainObject(part)) return encodePlain(part, path, inner);
  if (ArrayBuffer.isView(part)) return encodeView(part);
  const encoded = isDirectInstance(part) ? encodeBuiltIn(part, inner) : undefined;
  if (encoded === undefined) throw unsupportedKeyPart(path, part);
  return encoded;
}

type Inner = (member: unknown, name: string) => string;

/** Whether this is of a class that extends none, so that no subclass can hide more state in it. */
function isDirectInstance(part: object): boolean {
  return isRootPrototype(Object.getPrototypeOf(Object.getPrototypeOf(part)));
}

function encodePlain(part: object, path: string, inner: Inner): string {
  if (Object.getOwnPropertySymbols(part).length > 0)
    throw unsupportedKeyPart(`${path} with symbol properties`, part);
  const members = Object.entries(part).map(
    ([name, member]) => `${encodeString(name)}:${inner(member, `.${name}`)}`,
  );
  return `{${sorted(members)}}`;
}

/** Objects of the language whose whole state is encoded. The bracket after the name keeps them apart from bare words. */
function encodeBuiltIn(part: object, inner: Inner): string | undefined {
  if (Array.isArray(part)) return encodeArray(part, inner);
  if (Object.keys(part).length > 0) return undefined;
  if (types.isMap(part)) {
    return `Map(${sorted(Array.from(part, ([key, member]) => `${inner(key, ' key')}=>${inner(member, ' value')}`))})`;
  }
  if (types.isSet(part)) return `Set(${sorted(Array.from(part, (member) => inner(member, ' member')))})`;
  if (types.isDate(part)) return `Date(${part.getTime()})`;
  if (types.isRegExp(part)) return `RegExp(${JSON.stringify(part.source)},${part.flags})`;
  return part instanceof URL ? `URL(${JSON.stringify(part.href)})` : undefined;
}

/** Holes are told from `undefined`; an array with properties of its own is refused. */
function encodeArray(part: readonly unknown[], inner: Inner): string | undefined {
  const members = Array.from(part, (member, index) =>
    Object.hasOwn(part, index) ? inner(member, `[${index}]`) : HOLE,
  );
  const present = members.filter((member) => member !== HOLE).length;
  return Object.keys(part).length === present ? `[${members.join()}]` : undefined;
}

function encodeView(part: ArrayBufferView): string {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  return `${part.constructor.name}(${bytes.toString('base64')})`;
}

function sorted(members: string[]): string {
  return members.sort().join();
}
