import type { Encoded, Row } from 'nuthatch/engine';
import { illFormed } from './errors.js';

/** What {@link toRow} reads. */
export const COLUMNS = 'key, value, expires_at AS expiresAt, version, tags';

/** A row as a statement over {@link COLUMNS} answers it. */
export interface StoredRow {
  readonly key: string;
  readonly value: Encoded;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly tags: string | null;
}

/** What stands for a row in an INSERT, but for its namespace. */
export const WRITTEN = 'key, version, expires_at, byte_count, tags, value';

/** The values of {@link WRITTEN}. @throws CacheError `bad_key` or `bad_value` for text that SQLite would change. */
export function writtenValues(row: Row): readonly unknown[] {
  assertStorable(row);
  const { key, version, expiresAt = null, value } = row;
  const tags = row.tags.length === 0 ? null : JSON.stringify(row.tags);
  return [key, version, expiresAt, bytesOf(row), tags, value];
}

export function toRow({ key, value, expiresAt, version, tags }: StoredRow): Row {
  return {
    key,
    value,
    expiresAt: expiresAt ?? undefined,
    version,
    // Written by `writtenValues` from an array of strings.
    tags: tags === null ? [] : (JSON.parse(tags) as string[]),
  };
}

/** What a row counts for: its key, value and tags as they are stored, without the overhead of the file. */
export function bytesOf({ key, value, tags }: Row): number {
  const valueBytes = typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
  return tags.reduce((sum, tag) => sum + Buffer.byteLength(tag), Buffer.byteLength(key) + valueBytes);
}

/** Node 20 has `isWellFormed`, the types of ES2023 do not. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** SQLite would replace half of a surrogate pair, so that two keys could become one. */
function assertStorable({ key, value, tags }: Row): void {
  if (!isWellFormed(key)) throw illFormed('a key');
  if (!tags.every(isWellFormed)) throw illFormed('a tag');
  if (typeof value === 'string' && !isWellFormed(value)) throw illFormed('a value');
}
