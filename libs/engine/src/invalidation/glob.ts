/** Stands for any one character among the code points of a piece. */
export const ANY = -1;

/** What stands between two stars of a pattern, as code points and {@link ANY}. */
export type Piece = readonly number[];

type Matcher = (key: string) => boolean;

/**
 * Matches pieces of plain text with stars between them. The ends are looked at first; each piece between them is taken where it first
 * occurs, which is never worse than a later place, so nothing is tried twice.
 */
export function literalMatcher(pieces: readonly string[]): Matcher {
  const [head = ''] = pieces;
  if (pieces.length === 1) return (key) => key === head;
  const tail = pieces.at(-1) ?? '';
  const between = pieces.slice(1, -1);
  return (key) => {
    const end = key.length - tail.length;
    if (!key.startsWith(head) || !key.endsWith(tail)) return false;
    let at = head.length;
    for (const piece of between) {
      const found = key.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    // Nothing overlaps the end.
    return at <= end;
  };
}

/**
 * Matches pieces with `?` in them by following all ways of reading the key at once, a bit for each place in the pattern (Baeza-Yates and
 * Gonnet, "A new approach to text searching", CACM 1992): one step of at most 33 words for a character of the key.
 */
export function symbolMatcher(pieces: readonly Piece[], prefix: string): Matcher {
  const symbols = pieces.flat();
  const words = (symbols.length >>> 5) + 1;
  const loops = loopsOf(pieces, words);
  const stepsOn = stepsOf(symbols, words);
  const anyStep = stepsOn(ANY);
  const steps = new Map(symbols.map((code) => [code, stepsOn(code)]));
  const state = new Int32Array(words);
  return (key) => {
    if (!key.startsWith(prefix)) return false;
    state.fill(0);
    state[0] = 1;
    for (let at = 0; at < key.length; at++) {
      const code = key.codePointAt(at) ?? 0;
      if (code > 0xffff) at++;
      if (!advance(state, steps.get(code) ?? anyStep, loops)) return false;
    }
    return isSet(state, symbols.length);
  };
}

/** Moves every place on by one character; answers whether any is left. */
function advance(state: Int32Array, steps: Int32Array, loops: Int32Array): boolean {
  let carry = 0;
  let left = 0;
  for (let word = 0; word < state.length; word++) {
    const places = state[word] ?? 0;
    const moved = places & (steps[word] ?? 0);
    const next = (moved << 1) | carry | (places & (loops[word] ?? 0));
    carry = moved >>> 31;
    state[word] = next;
    left |= next;
  }
  return left !== 0;
}

/** The places where a star stands, which any character leaves where they are. */
function loopsOf(pieces: readonly Piece[], words: number): Int32Array {
  const loops = new Int32Array(words);
  let place = 0;
  for (const piece of pieces.slice(0, -1)) {
    place += piece.length;
    setBit(loops, place);
  }
  return loops;
}

/** The places that a character moves on. */
function stepsOf(symbols: Piece, words: number): (code: number) => Int32Array {
  return (code) => {
    const steps = new Int32Array(words);
    for (const [place, symbol] of symbols.entries())
      if (symbol === ANY || symbol === code) setBit(steps, place);
    return steps;
  };
}

function setBit(bits: Int32Array, place: number): void {
  const word = place >>> 5;
  bits[word] = (bits[word] ?? 0) | (1 << (place & 31));
}

function isSet(bits: Int32Array, place: number): boolean {
  return (((bits[place >>> 5] ?? 0) >>> (place & 31)) & 1) === 1;
}
