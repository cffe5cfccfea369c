/** A source of random numbers; seeded, so that what depends on it can be repeated. */
export interface Random {
  /** The next number, at least 0 and below 1. */
  next(): number;
}

/** A small seeded generator (mulberry32 by Tommy Ettinger, public domain): the same seed, the same numbers. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
