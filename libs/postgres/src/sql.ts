import type { TableName } from './table-name.js';

/** How many rows a scan fetches at a time. */
export const ROWS_PER_PAGE = 200;
/** How many expired rows are removed at a time. */
export const EXPIRED_AT_ONCE = 1000;
/** How many rows that were invalidated are looked at, or removed, at a time. */
export const GONE_AT_ONCE = 1000;
/** How many invalidations of a namespace are told apart; where there are more, all but half of that are summed up. */
export const MOST_INVALIDATIONS = 10_000;

const STAGED = 'pg_temp.nuthatch_staged';
const COLUMNS = 'namespace, key, version, expires_at, tags, value, bytes, fresh_until';
/** Bytes come as base64 whatever `bytea_output` says, tags as JSON. */
const ROW = `key, version, expires_at, array_to_json(tags) AS tags, value, encode(bytes, 'base64') AS bytes, fresh_until`;

/** The statements on one table. Its quoted name is all that is ever put into them; everything else is bound. */
export type Statements = ReturnType<typeof statementsOn>;

/**
 * Every statement locks the rows that it changes in the order of their keys, so that two processes never wait for each other. A row without
 * value and bytes marks a key that is to be deleted by the same transaction.
 */
export function statementsOn({ sql: table, invalidations }: TableName) {
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
      `SELECT key ${mine} AND tags && $2::text[] AND tags <> '{}' AND EXISTS (
         SELECT FROM unnest($2::text[], $3::bigint[]) AS gone (tag, up_to) WHERE tag = ANY (tags) AND version <= up_to)
       ORDER BY key LIMIT ${GONE_AT_ONCE} FOR UPDATE SKIP LOCKED`,
    ),
    keysBetween: `SELECT key ${mine} AND key >= $2 AND ($3::text IS NULL OR key < $3) AND version <= $4::bigint
       ORDER BY key LIMIT ${GONE_AT_ONCE}`,
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
    ...statementsOnInvalidations(invalidations),
  } as const;
}

/** Takes namespace, keys, versions, expiries, tags, values, bytes, ends of freshness, and whether only what is newer counts. */
function putInto(table: string): string {
  return `INSERT INTO ${table} AS entry (${COLUMNS})
    SELECT $1, key, version, expires_at, tags::text[], value, bytes, fresh_until
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bigint[])
      AS incoming (key, version, expires_at, tags, value, bytes, fresh_until)
    ORDER BY key COLLATE "C"
    ON CONFLICT (namespace, key) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at,
      tags = excluded.tags, value = excluded.value, bytes = excluded.bytes, fresh_until = excluded.fresh_until
    WHERE NOT $9::boolean OR entry.version < excluded.version`;
}

/** @param keys answers the keys to be deleted, locked in their order. */
function deleteFrom(table: string, keys: string): string {
  return `WITH doomed AS MATERIALIZED (${keys})
    DELETE FROM ${table} AS entry USING doomed WHERE entry.namespace = $1 AND entry.key = doomed.key`;
}

function statementsOnInvalidations(table: string) {
  const mine = `FROM ${table} AS invalidation WHERE namespace = $1`;
  const put = (rows: string) =>
    `INSERT INTO ${table} AS invalidation (namespace, scope, digest, name, version) ${rows}
     ON CONFLICT (namespace, scope, digest) DO UPDATE SET version = excluded.version, is_swept = false
     WHERE invalidation.version < excluded.version`;
  return {
    remember: put(
      `SELECT $1, scope, digest, name, version
       FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS incoming (scope, digest, name, version)
       ORDER BY scope COLLATE "C", digest COLLATE "C"`,
    ),
    remembered: `SELECT scope, name, version, is_swept ${mine} ORDER BY version`,
    markSwept: `WITH swept AS MATERIALIZED (
        SELECT scope, digest, version FROM ${table} AS invalidation
        JOIN unnest($2::text[], $3::text[], $4::bigint[]) AS given (scope, digest, version) USING (scope, digest, version)
        WHERE namespace = $1 ORDER BY scope, digest FOR UPDATE OF invalidation
      )
      UPDATE ${table} AS invalidation SET is_swept = true FROM swept WHERE invalidation.namespace = $1
        AND invalidation.scope = swept.scope AND invalidation.digest = swept.digest`,
    forget: `WITH forgotten AS MATERIALIZED (SELECT scope, digest ${mine} ORDER BY scope, digest FOR UPDATE)
      DELETE FROM ${table} AS invalidation USING forgotten WHERE invalidation.namespace = $1
        AND invalidation.scope = forgotten.scope AND invalidation.digest = forgotten.digest`,
    lockInvalidations: `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`,
    sumUp: `WITH older AS MATERIALIZED (
        SELECT scope, digest ${mine} AND NOT (scope = 'prefix' AND digest = $2)
          AND (SELECT count(*) > ${MOST_INVALIDATIONS} ${mine})
        ORDER BY version DESC OFFSET ${MOST_INVALIDATIONS / 2}
      ), gone AS (
        DELETE FROM ${table} AS invalidation USING older WHERE invalidation.namespace = $1
          AND invalidation.scope = older.scope AND invalidation.digest = older.digest RETURNING invalidation.version
      )
      ${put(`SELECT $1, 'prefix', $2, $3, max(version) FROM gone HAVING count(*) > 0`)} RETURNING version`,
  } as const;
}
