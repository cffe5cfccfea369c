import type { Encoded, Row } from 'nuthatch/engine';

/** What {@link toRow} reads. */
export const COLUMNS = 'key, value, expires_at AS expiresAt, version, tags, fresh_until AS freshUntil';

/** A row as a statement over {@link COLUMNS} answers it. */
export interface StoredRow {
  readonly key: string;
  readonly value: Encoded;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly tags: string | null;
  readonly freshUntil: number | null;
}

export function toRow({ key, value, expiresAt, version, tags, freshUntil }: StoredRow): Row {
  return {
    key,
    value,
    expiresAt: expiresAt ?? undefined,
    version,
    // Written by a `RowForm` from an array of strings.
    tags: tags === null ? [] : (JSON.parse(tags) as string[]),
    freshUntil: freshUntil ?? undefined,
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
