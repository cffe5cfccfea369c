import type { Pattern } from './patterns.js';

/** So many are told apart: each is tried on every entry that is older than it. */
const MOST_PATTERNS = 100;

/** A pattern, and the version up to which what matches it is gone. */
export interface PatternMark {
  readonly pattern: Pattern;
  readonly version: number;
}

/** Remembers for each pattern up to which version entries are gone whose keys match it. */
export class PatternMarks {
  /** In order of version. */
  #marks: readonly PatternMark[] = [];

  /** Answers the oldest mark where there is no room for it any more. Versions only grow. */
  add(mark: PatternMark): PatternMark | undefined {
    const others = this.#marks.filter(({ pattern }) => pattern.text !== mark.pattern.text);
    const [oldest] = others;
    const isFull = others.length === MOST_PATTERNS;
    this.#marks = [...others.slice(isFull ? 1 : 0), mark];
    return isFull ? oldest : undefined;
  }

  isGone(key: string, version: number): boolean {
    for (let at = this.#marks.length - 1; at >= 0; at--) {
      const mark = this.#marks[at];
      if (mark === undefined || version > mark.version) return false;
      if (mark.pattern.matches(key)) return true;
    }
    return false;
  }

  /** Whether the pattern is remembered up to this version, or beyond. */
  has(text: string, version: number): boolean {
    return this.#marks.some((mark) => mark.pattern.text === text && mark.version >= version);
  }

  copy(): PatternMarks {
    const copy = new PatternMarks();
    copy.#marks = this.#marks;
    return copy;
  }
}
