/** A table, and the one beside it, as they stand in SQL and as they are shown. */
export interface TableName {
  /** With its quotes: the only thing, with {@link invalidations}, that is ever put into the text of a statement. */
  readonly sql: string;
  /** The table of invalidations, with its quotes. */
  readonly invalidations: string;
  readonly shown: string;
}

const SUFFIX = '_invalidation';
/** PostgreSQL tells names apart by 63 letters. */
export const LONGEST_TABLE_NAME = 63 - SUFFIX.length;
const SCHEMA = /^[A-Za-z_]\w{0,62}$/;

/** Whether this is `table` or `schema.table`, of letters, digits and underscores. */
export function isTableName(found: unknown): found is string {
  if (typeof found !== 'string') return false;
  const parts = found.split('.');
  const isShort = (parts.at(-1)?.length ?? 0) <= LONGEST_TABLE_NAME;
  return parts.length <= 2 && isShort && parts.every((part) => SCHEMA.test(part));
}

/** Quotes the parts of a name that {@link isTableName}. */
export function tableName(name: string): TableName {
  return { sql: quoted(name), invalidations: quoted(`${name}${SUFFIX}`), shown: name };
}

function quoted(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}
