import type { TableName } from './table-name.js';

/** How many rows a scan fetches at a time. */
export const ROWS_PER_PAGE = 200;
/** How many expired rows are removed at a time. */
export const EXPIRED_AT_ONCE = 1000;

const STAGED = 'pg_temp.nuthatch_staged';
const COLUMNS = 'namespace, key, version, expires_at, tags, value, bytes';
/** Bytes come as base64 whatever `bytea_output` says, tags as JSON. */
const ROW = `key, version, expires_at, array_to_json(tags) AS tags, value, encode(bytes, 'base64') AS bytes`;

/** The statements on one table. Its quoted name is all that is ever put into them; everything else is bound. */
export type Statements = ReturnType<typeof statementsOn>;

/**
 * Every statement locks the rows that it changes in the order of their keys, so that two processes never wait for each other. A row without
 * value and bytes marks a key that is to be deleted by the same transaction.
 */
export function statementsOn({ sql: table }: TableName) {
  const mine = `FROM ${table} AS entry WHERE namespace = $1`;
  return {
    get: `SELECT ${ROW} ${mine} AND key = ANY ($2::text[])`,
    put: putInto(table),
    deleteMarked: `DELETE ${mine} AND key = ANY ($2::text[]) AND value IS NULL AND bytes IS NULL`,
    delete: deleteFrom(
      table,
      `SELECT key FROM ${table} AS entry JOIN unnest($2::text[], $3::bigint[]) AS gone (gone_key, gone_version)
         ON key = gone_key
       WHERE namespace = $1 AND (NOT $4::boolean OR version < gone_version) ORDER BY key FOR UPDATE OF entry`,
    ),
    deleteTagged: deleteFrom(
      table,
      `SELECT key ${mine} AND tags && $2::text[] AND tags <> '{}' ORDER BY key FOR UPDATE`,
    ),
    deleteExpired: deleteFrom(
      table,
      `SELECT key ${mine} AND expires_at <= $2::bigint
       ORDER BY expires_at LIMIT ${EXPIRED_AT_ONCE} FOR UPDATE SKIP LOCKED`,
    ),
    clear: deleteFrom(table, `SELECT key ${mine} ORDER BY key FOR UPDATE`),
    openScan: `DECLARE nuthatch_scan NO SCROLL CURSOR FOR SELECT ${ROW} ${mine}`,
    scan: `FETCH ${ROWS_PER_PAGE} FROM nuthatch_scan`,
    stage: `CREATE TEMPORARY TABLE nuthatch_staged (LIKE ${table}, PRIMARY KEY (namespace, key)) ON COMMIT DROP`,
    putStaged: putInto(STAGED),
    lock: `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`,
    deleteAll: `DELETE ${mine}`,
    moveStaged: `INSERT INTO ${table} (${COLUMNS}) SELECT ${COLUMNS} FROM ${STAGED}`,
  } as const;
}

/** Takes namespace, keys, versions, expiries, tags, values, bytes, and whether only what is newer counts. */
function putInto(table: string): string {
  return `INSERT INTO ${table} AS entry (${COLUMNS})
    SELECT $1, key, version, expires_at, tags::text[], value, bytes
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bytea[])
      AS incoming (key, version, expires_at, tags, value, bytes)
    ORDER BY key COLLATE "C"
    ON CONFLICT (namespace, key) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at,
      tags = excluded.tags, value = excluded.value, bytes = excluded.bytes
    WHERE NOT $8::boolean OR entry.version < excluded.version`;
}

/** @param keys answers the keys to be deleted, locked in their order. */
function deleteFrom(table: string, keys: string): string {
  return `WITH doomed AS MATERIALIZED (${keys})
    DELETE FROM ${table} AS entry USING doomed WHERE entry.namespace = $1 AND entry.key = doomed.key`;
}
