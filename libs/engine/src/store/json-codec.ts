import { isPlainObject } from '../kernel/plain.js';
import { type Codec, textOf } from './codec.js';

const DEEPEST = 1000;

/**
 * Plain JSON, for stores that others read too. Refuses what would come back changed, such as a `Date`, a `Map`, `NaN`, an
 * instance of a class, a property that is `undefined`, or a hole in an array; and a property named `__proto__`, both ways.
 */
export const jsonCodec: Codec = {
  name: 'json',
  encode: (value) => {
    assertJson(value, 'the value', 0);
    return JSON.stringify(value);
  },
  decode: (encoded) => parse(textOf(encoded)),
};

function assertJson(value: unknown, path: string, depth: number): void {
  if (isJsonPrimitive(value)) return;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) throw notJson(path);
  if (Array.isArray(value)) return assertMembers(value, path, depth);
  if (!isJsonObject(value)) throw notJson(path);
  for (const [name, member] of Object.entries(value)) assertJson(member, `${path}.${name}`, depth + 1);
}

function isJsonPrimitive(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function isJsonObject(value: object): boolean {
  if (!isPlainObject(value) || ('toJSON' in value && typeof value.toJSON === 'function')) return false;
  return !Object.hasOwn(value, '__proto__') && Object.getOwnPropertySymbols(value).length === 0;
}

/** By index, since `forEach` passes over holes. */
function assertMembers(array: readonly unknown[], path: string, depth: number): void {
  for (let index = 0; index < array.length; index += 1)
    assertJson(array[index], `${path}[${index}]`, depth + 1);
}

function notJson(path: string): TypeError {
  return new TypeError(
    `${path} would not come back from JSON as it is; the 'rich' codec keeps dates, maps, sets, bigints and buffers`,
  );
}

/** Whoever can write to the store could add an own `__proto__`, which `Object.assign` makes a prototype of. */
function parse(text: string): unknown {
  const mayHide = text.includes('__proto__') || text.includes('\\u');
  return JSON.parse(text, mayHide ? refuseProto : undefined) as unknown;
}

function refuseProto(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new TypeError('JSON with a property named __proto__ is refused');
  return value;
}
