import type { Row } from 'nuthatch/engine';
import { illFormed } from './errors.js';
import { bytesOf, isWellFormed } from './stored-row.js';

/** How rows are written: the fewer values a row has, the faster. Each form can write what those before it can. */
export interface RowForm {
  /** How many values stand for a row. */
  readonly width: number;
  readonly columns: string;
  /** What becomes of the values, which are `column1`, `column2` and so on. */
  readonly selected: string;
  /** Adds the values of a row. */
  push(row: Row, values: unknown[]): void;
}

const OCTETS = 'octet_length(column1) + octet_length(column3)';

const PLAIN: RowForm = {
  width: 3,
  columns: 'namespace, key, version, value, byte_count',
  selected: `column1, column2, column3, ${OCTETS}`,
  push: ({ key, version, value }, values) => void values.push(key, version, value),
};

const DATED: RowForm = {
  width: 5,
  columns: 'namespace, key, version, value, expires_at, fresh_until, byte_count',
  selected: `column1, column2, column3, column4, column5, ${OCTETS}`,
  push: ({ key, version, value, expiresAt = null, freshUntil = null }, values) =>
    void values.push(key, version, value, expiresAt, freshUntil),
};

/** The form that writes every row. */
export const TAGGED: RowForm = {
  width: 7,
  columns: 'namespace, key, version, value, expires_at, fresh_until, tags, byte_count',
  selected: 'column1, column2, column3, column4, column5, column6, column7',
  push: (row, values) => {
    DATED.push(row, values);
    values.push(row.tags.length === 0 ? null : JSON.stringify(row.tags), bytesOf(row));
  },
};

/** The first form that can write all of the rows. @throws CacheError `bad_key` or `bad_value` for text that SQLite would change. */
export function formOf(rows: readonly Row[]): RowForm {
  let form = PLAIN;
  for (const row of rows) {
    assertStorable(row);
    if (row.tags.length > 0) form = TAGGED;
    else if (form === PLAIN && (row.expiresAt !== undefined || row.freshUntil !== undefined)) form = DATED;
  }
  return form;
}

/** SQLite would replace half of a surrogate pair, so that two keys could become one. */
function assertStorable({ key, value, tags }: Row): void {
  if (!isWellFormed(key)) throw illFormed('a key');
  if (!tags.every(isWellFormed)) throw illFormed('a tag');
  if (typeof value === 'string' && !isWellFormed(value)) throw illFormed('a value');
}
