import type { Invalidation, Judged, Validity } from '../kernel/invalidation.js';
import { Marks } from './marks.js';
import { PatternMarks } from './pattern-marks.js';
import { compilePattern, type Pattern } from './patterns.js';
import { PrefixMarks } from './prefix-marks.js';

/** Keys are remembered until they are deleted; at once there can be as many as depend on one another. */
const MOST_KEYS = 200_000;

/**
 * Remembers what was invalidated, and up to which version: by tag, by prefix, by pattern, and by key while that is on its way. Invalidating
 * touches no entry; an entry is judged when it is read. Bounded: where there is too much to remember, older marks are replaced by fewer that
 * cover more.
 */
export class Invalidations implements Validity {
  #tags = new Marks();
  #keys = new Marks(MOST_KEYS);
  #prefixes = new PrefixMarks();
  #patterns = new PatternMarks();
  #newest = 0;

  get newest(): number {
    return this.#newest;
  }

  isCurrent(key: string, { tags, version }: Judged): boolean {
    if (version > this.#newest) return true;
    if (tags.some((tag) => this.#tags.isGone(tag, version)) || this.#keys.isGone(key, version)) return false;
    return !this.#prefixes.isGone(key, version) && !this.#patterns.isGone(key, version);
  }

  /** Makes gone what `invalidation` is about. Versions only grow. @throws CacheError `bad_pattern`. */
  add({ scope, name, version }: Invalidation): void {
    this.#passed(version);
    if (scope === 'tag') this.#tags.add(name, version);
    else if (scope === 'prefix') this.#prefixes.add(name, version);
    else this.#addPattern(compilePattern(name), version);
  }

  /** Makes the entry of one key gone, until that is forgiven. */
  addKey(key: string, version: number): void {
    this.#passed(version);
    this.#keys.add(key, version);
  }

  /** What {@link addKey} has hidden is gone for good, and needs no mark any more. */
  forgiveKey(key: string, version: number): void {
    this.#keys.forgive(key, version);
  }

  /**
   * Makes gone what another process has invalidated, which may have been before something that is known already: it then counts as the newest, so
   * that entries are looked at again that were found current. Nothing happens where it is known.
   */
  takeUp(invalidation: Invalidation): void {
    if (!this.#covers(invalidation))
      this.add({ ...invalidation, version: Math.max(invalidation.version, this.#newest + 1) });
  }

  /** Takes up what a store has remembered. */
  restoreFrom(invalidations: readonly Invalidation[]): void {
    const inOrder = [...invalidations].sort((one, other) => one.version - other.version);
    for (const invalidation of inOrder) this.add(invalidation);
  }

  /** The book as it stands now: what is invalidated later does not count in it. O(marks). */
  copy(): Invalidations {
    const copy = new Invalidations();
    copy.#tags = this.#tags.copy();
    copy.#keys = this.#keys.copy();
    copy.#prefixes = this.#prefixes.copy();
    copy.#patterns = this.#patterns.copy();
    copy.#newest = this.#newest;
    return copy;
  }

  /** A book in which nothing is invalidated. */
  blank(): Invalidations {
    return new Invalidations();
  }

  #covers({ scope, name, version }: Invalidation): boolean {
    if (scope === 'tag') return this.#tags.isGone(name, version);
    return scope === 'prefix' ? this.#prefixes.isGone(name, version) : this.#patterns.has(name, version);
  }

  #addPattern(pattern: Pattern, version: number): void {
    const given = this.#patterns.add({ pattern, version });
    if (given !== undefined) this.#prefixes.add(given.pattern.prefix, given.version);
  }

  #passed(version: number): void {
    this.#newest = Math.max(this.#newest, version);
  }
}
