import { decode, type Found, type Range } from './record.js';

/** What stands in a part of a segment: an entry, or bytes that are none. */
export type Piece =
  | (Found & { readonly kind: 'entry'; readonly from: number })
  | { readonly kind: 'damage'; readonly from: number; readonly to: number };

/** Reads a part of a segment from its begin to its end: every byte is in one piece. */
export function* scan(range: Range, from: number): Generator<Piece> {
  for (let at = from; at < range.end;) {
    const found = decode(range, at);
    const next = found?.to ?? nextRecord(range, at + 1);
    yield found === undefined
      ? { kind: 'damage', from: at, to: next }
      : { ...found, kind: 'entry', from: at };
    at = next;
  }
}

/** Where the first whole entry begins at or after a place, or else the end. */
function nextRecord(range: Range, from: number): number {
  const salt = Buffer.alloc(4);
  salt.writeUInt32LE(range.salt);
  for (let at = range.image.indexOf(salt, from); at >= 0; at = range.image.indexOf(salt, at + 1))
    if (decode(range, at) !== undefined) return at;
  return range.end;
}
