import type { Encoded } from './backing-store.js';

/** Turns values into what a store keeps, and back. Both throw on what they cannot do: a value is never changed silently. */
export interface Codec {
  /** Shown in error messages; snapshots are restored by a codec of the same name only. */
  readonly name: string;
  /** @param key that of the entry, for codecs that bind a value to it; a cache always gives it. */
  encode(value: unknown, key?: string): Encoded;
  /** @param key that of the entry under which `encoded` was found. */
  decode(encoded: Encoded, key?: string): unknown;
}

/** The text of an encoded value. */
export function textOf(encoded: Encoded): string {
  return typeof encoded === 'string' ? encoded : new TextDecoder('utf-8', { fatal: true }).decode(encoded);
}
