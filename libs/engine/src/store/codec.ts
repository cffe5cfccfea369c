import type { Encoded } from './backing-store.js';

/** Turns values into what a store keeps, and back. Both throw on what they cannot do: a value is never changed silently. */
export interface Codec {
  /** Shown in error messages. */
  readonly name: string;
  encode(value: unknown): Encoded;
  decode(encoded: Encoded): unknown;
}

/** The text of an encoded value. */
export function textOf(encoded: Encoded): string {
  return typeof encoded === 'string' ? encoded : new TextDecoder('utf-8', { fatal: true }).decode(encoded);
}
