const { imul } = Math;

/**
 * A 32-bit hash of a text that is the same in every process: MurmurHash3_x86_32 (Austin Appleby, public domain,
 * github.com/aappleby/smhasher) over the bytes of the text in UTF-16LE. All of the text counts; the cost is O(length). Each seed, a
 * whole number of 32 bits, gives another hash. Not for secrets: whoever knows the seed can find texts that collide.
 */
export function ringHash(text: string, seed: number): number {
  const { length } = text;
  let hash = seed | 0;
  for (let at = 1; at < length; at += 2) {
    hash ^= scramble(text.charCodeAt(at - 1) | (text.charCodeAt(at) << 16));
    hash = (imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  if (length % 2 === 1) hash ^= scramble(text.charCodeAt(length - 1));
  return avalanche(hash ^ (2 * length));
}

function scramble(block: number): number {
  const product = imul(block, 0xcc9e2d51);
  return imul((product << 15) | (product >>> 17), 0x1b873593);
}

/** The mixer at its end: each bit of the hash changes each bit of the answer about half of the time; no two hashes have the same answer. */
export function avalanche(hash: number): number {
  let mixed = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
