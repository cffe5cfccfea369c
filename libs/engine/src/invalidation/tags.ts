/** Beyond so many invalidated tags the older half is summed up in one floor, so that the book stays small. */
const MOST_TAGS = 10_000;

/**
 * Remembers for each invalidated tag up to which version entries are gone. Invalidating is O(1) per tag and touches no entry;
 * an entry is checked when it is read.
 */
export class Tags {
  readonly #goneUpTo = new Map<string, number>();
  /** Every tagged entry up to this version counts as gone: it was written before the tags that are still told apart were invalidated. */
  #floor = 0;

  /** Makes every entry with this tag that was written up to `version` gone. Versions only grow. */
  invalidate(tag: string, version: number): void {
    // Taken out first, so that the book is in order of version.
    this.#goneUpTo.delete(tag);
    this.#goneUpTo.set(tag, version);
    if (this.#goneUpTo.size > MOST_TAGS) this.#sumUpOlderHalf();
  }

  /** Whether an entry with these tags, written at `version`, is still there. */
  areCurrent(tags: readonly string[], version: number): boolean {
    if (tags.length === 0) return true;
    return version > this.#floor && tags.every((tag) => version > (this.#goneUpTo.get(tag) ?? 0));
  }

  /** The book as it stands now: what is invalidated later does not count in it. O(tags). */
  copy(): Tags {
    const copy = new Tags();
    for (const [tag, version] of this.#goneUpTo) copy.#goneUpTo.set(tag, version);
    copy.#floor = this.#floor;
    return copy;
  }

  #sumUpOlderHalf(): void {
    for (const [tag, version] of this.#goneUpTo) {
      if (this.#goneUpTo.size <= MOST_TAGS / 2) return;
      this.#goneUpTo.delete(tag);
      this.#floor = version;
    }
  }
}
