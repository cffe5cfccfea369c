/** Beyond so many invalidated tags the oldest are summed up in one floor, so that the book stays small. */
const MOST_TAGS = 10_000;

/**
 * Remembers for each invalidated tag up to which version entries are gone. Invalidating is O(1) per tag and touches no entry;
 * an entry is checked when it is read.
 */
export class Tags {
  readonly #goneUpTo = new Map<string, number>();
  /** Every tagged entry up to this version is gone. */
  #floor = 0;

  /** Makes every entry with this tag that was written up to `version` gone. */
  invalidate(tag: string, version: number): void {
    this.#goneUpTo.set(tag, version);
    if (this.#goneUpTo.size <= MOST_TAGS) return;
    this.#floor = version;
    this.#goneUpTo.clear();
  }

  /** Whether an entry with these tags, written at `version`, is still there. */
  areCurrent(tags: readonly string[], version: number): boolean {
    if (tags.length === 0) return true;
    return version > this.#floor && tags.every((tag) => version > (this.#goneUpTo.get(tag) ?? 0));
  }
}
