/** A table, as it stands in SQL and as it is shown. */
export interface TableName {
  /** With its quotes: the only thing that is ever put into the text of a statement. */
  readonly sql: string;
  readonly shown: string;
}

const NAME = /^[A-Za-z_]\w{0,62}$/;

/** Whether this is `table` or `schema.table`, of letters, digits and underscores. */
export function isTableName(found: unknown): found is string {
  if (typeof found !== 'string') return false;
  const parts = found.split('.');
  return parts.length <= 2 && parts.every((part) => NAME.test(part));
}

/** Quotes the parts of a name that {@link isTableName}. */
export function tableName(name: string): TableName {
  const sql = name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
  return { sql, shown: name };
}
