/** What an invalidation is about: entries that carry a tag, whose keys begin with a prefix, or match a pattern. */
export type InvalidationScope = 'tag' | 'prefix' | 'pattern';

/** Makes every entry gone that it is about and that was written up to `version`; what is written later stays. */
export interface Invalidation {
  readonly scope: InvalidationScope;
  /** The tag, the prefix or the pattern. */
  readonly name: string;
  readonly version: number;
}

/** What an entry is judged by. */
export interface Judged {
  readonly tags: readonly string[];
  readonly version: number;
}

/** Knows which entries are gone because of what they belong to. */
export interface Validity {
  /** The version of the newest invalidation, 0 where there was none: what is newer needs no closer look. */
  readonly newest: number;
  /** Whether no invalidation has made an entry gone. */
  isCurrent(key: string, entry: Judged): boolean;
}
