import { createSecretKey, type KeyObject } from 'node:crypto';
import { badSecret } from '../kernel/errors.js';
import { assertKnown } from '../kernel/option-names.js';

/** The keys of an encrypted codec. */
export interface EncryptionOptions {
  /**
   * Keys by id, each 32 random bytes or base64 of them (`openssl rand -base64 32`). Values are read with whichever key they were written
   * with, so a key stays here until nothing that it has written is left. An id is 1 to 32 letters, digits, `_` and `-`; it is stored in the
   * clear beside each value.
   */
  readonly keys: Readonly<Record<string, Uint8Array | string>>;
  /** The id of the key that values are written with. */
  readonly current: string;
}

/** Keys that no message, log or `inspect` shows. */
export interface KeyRing {
  readonly current: string;
  readonly writing: KeyObject;
  /** The key of an id, if it is in the ring. */
  find(id: string): KeyObject | undefined;
}

const KEY_BYTES = 32;
const KEY_ID = /^[\w-]{1,32}$/;
const BASE64 = /^[A-Za-z\d+/]{43}=$/;
const EXPECTED = '32 bytes, as a Uint8Array or as base64';

/** @throws CacheError `bad_option`, which names the id of a wrong key and never shows one. */
export function keyRing(options: EncryptionOptions): KeyRing {
  assertKnown(options, ['keys', 'current']);
  const { keys, current } = options;
  if (typeof keys !== 'object' || keys === null)
    throw badSecret('keys', 'an object such as { k1: key }', typeof keys);
  const ring = new Map(Object.entries(keys).map(([id, key]) => [checkedId(id), secretOf(id, key)]));
  const writing = ring.get(current);
  if (writing === undefined)
    throw badSecret('current', `the id of a key: ${[...ring.keys()].join(', ')}`, 'another');
  return { current, writing, find: (id) => ring.get(id) };
}

/** An id that is wrong may be a key in the wrong place. */
function checkedId(id: string): string {
  if (KEY_ID.test(id)) return id;
  throw badSecret('an id in keys', '1 to 32 letters, digits, _ and -', `one of ${id.length} characters`);
}

function secretOf(id: string, key: Uint8Array | string): KeyObject {
  const bytes = bytesOf(id, key);
  if (bytes.byteLength !== KEY_BYTES) throw badSecret(`keys.${id}`, EXPECTED, `${bytes.byteLength} bytes`);
  // A copy: what the caller does to its bytes afterwards changes nothing.
  return createSecretKey(Uint8Array.from(bytes));
}

function bytesOf(id: string, key: unknown): Uint8Array {
  if (key instanceof Uint8Array) return key;
  if (typeof key !== 'string') throw badSecret(`keys.${id}`, EXPECTED, key === null ? 'null' : typeof key);
  if (!BASE64.test(key)) throw badSecret(`keys.${id}`, EXPECTED, 'text that is not base64 of 32 bytes');
  return Buffer.from(key, 'base64');
}
