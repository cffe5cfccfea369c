import type { Row } from 'nuthatch/engine';
import type { SqliteDatabase, SqliteStatement } from './client.js';
import { formOf, type RowForm, TAGGED } from './row-forms.js';
import { type SchemaPart, TAG_INDEX } from './schema-parts.js';

/** How many rows are written by one statement: the largest that fits, again and again. */
const PIECES = [100, 10, 1] as const;

const UPDATE = `ON CONFLICT (namespace, key) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at,
  byte_count = excluded.byte_count, tags = excluded.tags, value = excluded.value, fresh_until = excluded.fresh_until`;

const ONLY_NEWER = 'WHERE excluded.version > version';

/** Writes rows, as many in a statement as there are. Statements are prepared when they are first needed. */
export class RowWriter {
  readonly #database: SqliteDatabase;
  readonly #hasPart: SqliteStatement;
  readonly #statements = new Map<RowForm, Map<number, SqliteStatement>>();
  #putNewer: SqliteStatement | undefined;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#hasPart = database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = ?`);
  }

  /** Makes a part of the schema where it is missing. It is asked anew each time, since it may go with a transaction that fails. */
  require({ mark, sql }: SchemaPart): void {
    if (this.#hasPart.get(mark) === undefined) this.#database.exec(sql);
  }

  /** Writes rows in order; of those of one key the last stays. @throws CacheError for text that SQLite would change. */
  putAll(namespace: number, rows: readonly Row[]): void {
    const form = this.#prepareFor(rows);
    let from = 0;
    for (const size of PIECES) {
      for (; rows.length - from >= size; from += size) {
        const values: unknown[] = [namespace];
        for (const row of rows.slice(from, from + size)) form.push(row, values);
        this.#putOf(form, size).run(values);
      }
    }
  }

  /** Writes a row unless what is there is as new or newer. */
  putNewer(namespace: number, row: Row): void {
    this.#prepareFor([row]);
    this.#putNewer ??= this.#database.prepare(`${insertOf(TAGGED, 1)} ${ONLY_NEWER}`);
    const values: unknown[] = [namespace];
    TAGGED.push(row, values);
    this.#putNewer.run(values);
  }

  #prepareFor(rows: readonly Row[]): RowForm {
    const form = formOf(rows);
    if (form === TAGGED) this.require(TAG_INDEX);
    return form;
  }

  #putOf(form: RowForm, size: number): SqliteStatement {
    const bySize = this.#statements.get(form) ?? new Map<number, SqliteStatement>();
    this.#statements.set(form, bySize);
    const known = bySize.get(size);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(insertOf(form, size));
    bySize.set(size, prepared);
    return prepared;
  }
}

/** The number of the namespace comes first, then the values of the rows. */
function insertOf({ columns, selected, width }: RowForm, rows: number): string {
  const row = `(${Array<string>(width).fill('?').join(', ')})`;
  const values = Array<string>(rows).fill(row).join(', ');
  return `INSERT INTO entry (${columns}) SELECT ?, ${selected} FROM (VALUES ${values}) WHERE true ${UPDATE}`;
}
