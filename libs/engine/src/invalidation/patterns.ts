import { badPattern, noPattern } from './errors.js';
import { ANY, literalMatcher, type Piece, symbolMatcher } from './glob.js';

/** The longest pattern, in characters. */
export const LONGEST_PATTERN = 1024;

/** A pattern of keys, ready to be asked. */
export interface Pattern {
  readonly text: string;
  /** How every key that matches begins; `''` where that is open. */
  readonly prefix: string;
  /** `'key'`: only the prefix itself matches; `'prefix'`: all that begins with it; `'glob'`: the rest has to be looked at. */
  readonly kind: 'key' | 'prefix' | 'glob';
  /** Takes time in proportion to the length of the key, whatever the pattern is. */
  matches(key: string): boolean;
}

/**
 * Reads a pattern of keys: `*` stands for any characters or none, `?` for one, and `\` makes the next character stand for itself. All else is
 * literal: there are no classes, braces or expressions. The whole key has to match.
 *
 * @throws CacheError `bad_pattern` where it is not a string, empty, longer than 1,024 characters, or ends in a `\` that escapes nothing.
 */
export function compilePattern(pattern: string): Pattern {
  const pieces = piecesOf(pattern);
  const prefix = prefixOf(pieces);
  const isLiteral = !pieces.some((piece) => piece.includes(ANY));
  return {
    text: pattern,
    prefix,
    kind: isLiteral ? kindOf(pieces) : 'glob',
    matches: isLiteral ? literalMatcher(pieces.map(textOf)) : symbolMatcher(pieces, prefix),
  };
}

/** The pattern that only `text` matches: its wildcards are escaped. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?]/g, '\\$&');
}

/** What stands between the stars, as code points; empty pieces in the middle, which a run of stars leaves, are dropped. */
function piecesOf(pattern: unknown): Piece[] {
  if (typeof pattern !== 'string' || pattern === '') throw noPattern(pattern);
  if (pattern.length > LONGEST_PATTERN)
    throw badPattern(pattern, `has ${pattern.length} characters, at most ${LONGEST_PATTERN} are read`);
  const pieces: number[][] = [[]];
  const symbols = Array.from(pattern);
  for (let at = 0; at < symbols.length; at++) {
    const symbol = symbols[at];
    if (symbol === '*') pieces.push([]);
    else if (symbol === '?') pieces.at(-1)?.push(ANY);
    else pieces.at(-1)?.push(literalAt(symbols, symbol === '\\' ? ++at : at, pattern));
  }
  return pieces.filter((piece, at) => piece.length > 0 || at === 0 || at === pieces.length - 1);
}

function literalAt(symbols: readonly string[], at: number, pattern: string): number {
  const code = symbols[at]?.codePointAt(0);
  if (code === undefined) throw badPattern(pattern, 'ends in a backslash that escapes nothing');
  return code;
}

function prefixOf([first = []]: readonly Piece[]): string {
  const end = first.indexOf(ANY);
  return textOf(end < 0 ? first : first.slice(0, end));
}

function kindOf(pieces: readonly Piece[]): Pattern['kind'] {
  if (pieces.length === 1) return 'key';
  return pieces.length === 2 && pieces[1]?.length === 0 ? 'prefix' : 'glob';
}

function textOf(piece: Piece): string {
  return piece.map((code) => String.fromCodePoint(code)).join('');
}
