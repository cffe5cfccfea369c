import type { Row } from 'nuthatch/engine';
import type { PostgresResult } from './client.js';
import { fromColumn } from './text.js';

/** A row as the statements of `sql.ts` answer it: every column is text. */
interface StoredRow {
  readonly key: string;
  readonly version: string;
  readonly expires_at: string | null;
  readonly tags: string;
  readonly value: string | null;
  readonly bytes: string | null;
  readonly fresh_until: string | null;
}

/** The rows that a statement has found. */
export function rowsOf({ rows }: PostgresResult): Row[] {
  // Every statement that answers rows names these columns.
  return (rows as readonly StoredRow[]).map(toRow);
}

function toRow({
  key,
  version,
  expires_at: expiresAt,
  tags,
  value,
  bytes,
  fresh_until: freshUntil,
}: StoredRow): Row {
  return {
    key: fromColumn(key),
    value: value === null ? Buffer.from(bytes ?? '', 'base64') : fromColumn(value),
    expiresAt: expiresAt === null ? undefined : Number(expiresAt),
    version: Number(version),
    // An array of text, as JSON.
    tags: tags === '[]' ? [] : (JSON.parse(tags) as string[]).map(fromColumn),
    freshUntil: freshUntil === null ? undefined : Number(freshUntil),
  };
}
