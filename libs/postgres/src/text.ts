import { illFormed, tooLong } from './errors.js';

/** A B-tree takes 2,704 bytes of what it indexes, overhead included, and so does the index of tags. */
const LONGEST_INDEXED_BYTES = 2600;

/**
 * Text as a column takes it. PostgreSQL has no NUL in text: U+0000 is written as U+0001 `0`, and U+0001 as U+0001 `1`; all other text stays
 * as it is. Two texts are never written as one.
 * @throws CacheError where it is no Unicode.
 */
export function toColumn(text: string, what: Parameters<typeof illFormed>[0]): string {
  if (!isWellFormed(text)) throw illFormed(what);
  return text.replaceAll('\u0001', '\u00011').replaceAll('\0', '\u00010');
}

/** What {@link toColumn} was given. */
export function fromColumn(text: string): string {
  return text.replaceAll('\u00010', '\0').replaceAll('\u00011', '\u0001');
}

/** As {@link toColumn}, of what an index holds. @throws CacheError `bad_key` also where it is too long for that. */
export function toTag(tag: string): string {
  const column = toColumn(tag, 'a tag');
  const bytes = Buffer.byteLength(column);
  if (bytes > LONGEST_INDEXED_BYTES) throw tooLong('a tag', bytes, LONGEST_INDEXED_BYTES);
  return column;
}

/** The keys of one cache as columns. */
export class Keys {
  /** The name of the cache as a column. */
  readonly namespace: string;
  readonly #longestBytes: number;

  /** @throws CacheError `bad_option` for a name that is no Unicode, or too long. */
  constructor(namespace: string) {
    this.namespace = toColumn(namespace, 'a namespace');
    const bytes = Buffer.byteLength(this.namespace);
    this.#longestBytes = LONGEST_INDEXED_BYTES - bytes;
    if (this.#longestBytes <= 0) throw tooLong('a namespace', bytes, LONGEST_INDEXED_BYTES - 1);
  }

  /** @throws CacheError `bad_key` where the key is no Unicode, or too long. */
  toColumn(key: string): string {
    const column = toColumn(key, 'a key');
    const bytes = Buffer.byteLength(column);
    if (bytes > this.#longestBytes) throw tooLong('a key', bytes, this.#longestBytes);
    return column;
  }

  /** The columns of those keys that can have a row. */
  findable(keys: readonly string[]): string[] {
    return keys
      .filter(isWellFormed)
      .map((key) => toColumn(key, 'a key'))
      .filter((column) => Buffer.byteLength(column) <= this.#longestBytes);
  }
}

/** Whether UTF-8 can hold the text. Node 20 has `isWellFormed`, the types of ES2023 do not. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
