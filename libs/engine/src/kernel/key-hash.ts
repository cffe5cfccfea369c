/** A 32-bit hash of a key. The seed makes it differ from process to process, so that nobody can choose keys that collide. */
export type KeyHash = (key: unknown) => number;

/** Of a longer text only so many characters are looked at, spread over it, so that the cost is bounded. */
const MOST_CHARACTERS = 1024;

/** Tells the kinds of keys apart that read the same. */
const KINDS: Readonly<Record<string, number>> = {
  number: 0x9e3779b1,
  bigint: 0x7f4a7c15,
  symbol: 0x632be5ab,
};

/**
 * A seeded hash: FNV-1a over the UTF-16 units, finished with the mixer of MurmurHash3 (Austin Appleby, public domain). Keys that
 * a `Map` tells apart hash apart, but for chance: `1` and `'1'` do, and objects, which are known by their identity. Symbols are known
 * by their description.
 */
export function seededKeyHash(seed: number): KeyHash {
  const start = (0x811c9dc5 ^ seed) >>> 0;
  const identityOf = numberedObjects();
  return (key) => {
    if (typeof key === 'string') return hashText(key, start);
    if (isObject(key)) return mix(identityOf(key) ^ start);
    return hashText(String(key), start ^ (KINDS[typeof key] ?? 1));
  };
}

/** Numbers objects in the order in which they are met, without keeping them alive. */
function numberedObjects(): (key: object) => number {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (key) => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, ++last);
    return last;
  };
}

function isObject(key: unknown): key is object {
  return (typeof key === 'object' && key !== null) || typeof key === 'function';
}

function hashText(text: string, start: number): number {
  const { length } = text;
  let hash = start;
  if (length > MOST_CHARACTERS) return hashSample(text, start);
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** Which characters are looked at depends on the seed: nobody can tell where a difference goes unseen. */
function hashSample(text: string, start: number): number {
  const stride = text.length / MOST_CHARACTERS;
  let hash = start ^ text.length;
  for (let at = (start / 2 ** 32) * stride; at < text.length; at += stride)
    hash = Math.imul(hash ^ text.charCodeAt(Math.floor(at)), 0x01000193);
  return mix(Math.imul(hash ^ text.charCodeAt(text.length - 1), 0x01000193));
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
