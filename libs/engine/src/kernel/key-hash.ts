/** A 32-bit hash of a key. The seed makes it differ from process to process, so that nobody can choose keys that collide. */
export type KeyHash = (key: unknown) => number;

/** A seeded hash: FNV-1a over the UTF-16 units, finished with the mixer of MurmurHash3 (Austin Appleby, public domain). */
export function seededKeyHash(seed: number): KeyHash {
  const start = (0x811c9dc5 ^ seed) >>> 0;
  return (key) => {
    const text = String(key);
    let hash = start;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return finish(hash);
  };
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
