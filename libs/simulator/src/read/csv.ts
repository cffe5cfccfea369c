import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { badLine, badTrace } from '../errors.js';
import type { Column, Columns, Format, Reading } from './format.js';

/** The names that are looked for where none is given. */
const KEY_NAMES = ['key'];
const WEIGHT_NAMES = ['weight', 'size'];

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Where key and weight are in a record. */
interface Positions {
  readonly key: number;
  readonly weight: number | undefined;
}

/** Comma-separated values after RFC 4180, with a column of keys and perhaps one of weights. */
export const csv: Format = async (bytes, reading) => {
  const { columns } = reading;
  let positions = hasHeader(columns) ? undefined : numbered(columns);
  try {
    for await (const row of rowsOf(bytes)) {
      if (positions === undefined) positions = named(row, reading);
      else addRow(row, positions, reading);
    }
  } catch (error) {
    throw error instanceof CsvError ? asBadTrace(error, reading.file) : error;
  }
};

function rowsOf(bytes: AsyncIterable<Buffer>): AsyncIterable<Row> {
  const options = { bom: true, info: true, skip_empty_lines: true, relax_column_count: true } as const;
  // A failure destroys the parser with it, and so reaches who iterates.
  return pipeline(Readable.from(bytes), parse({ ...options, max_record_size: 1 << 20 }), () => undefined);
}

function hasHeader({ key, weight }: Columns): boolean {
  return typeof key !== 'number' || typeof weight === 'string';
}

function numbered({ key, weight }: Columns): Positions {
  return { key: Number(key) - 1, weight: weight === undefined ? undefined : Number(weight) - 1 };
}

function named({ record }: Row, { file, columns }: Reading): Positions {
  const find = (column: Column | undefined, names: readonly string[]): number => {
    if (typeof column === 'number') return column - 1;
    return record.findIndex((name) => (column === undefined ? isOneOf(names, name) : name === column));
  };
  const require = (column: Column | undefined, names: readonly string[]): number => {
    const position = find(column, names);
    if (position >= 0) return position;
    const expected = `a header line with a column ${JSON.stringify(column ?? names[0])}`;
    throw badLine({ file, line: 1 }, expected, record.join(','));
  };
  const key = require(columns.key, KEY_NAMES);
  if (columns.weight !== undefined) return { key, weight: require(columns.weight, WEIGHT_NAMES) };
  const weight = find(undefined, WEIGHT_NAMES);
  return { key, weight: weight < 0 ? undefined : weight };
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name.trim().toLowerCase());
}

function addRow({ record, info }: Row, positions: Positions, { file, builder }: Reading): void {
  const place = { file, line: info.lines };
  const key = record[positions.key];
  if (key === undefined || key === '')
    throw badLine(place, `a key in column ${positions.key + 1}`, record.join(','));
  if (positions.weight === undefined) return builder.add(key);
  const text = record[positions.weight] ?? '';
  const weight = Number(text);
  if (text.trim() === '' || !(weight >= 0 && weight < Infinity))
    throw badLine(place, `a weight of 0 or more in column ${positions.weight + 1}`, record.join(','));
  builder.add(key, weight);
}

function asBadTrace(error: CsvError, file: string): Error {
  const line = typeof error['lines'] === 'number' ? `, line ${error['lines']}` : '';
  return badTrace(`${file}${line}`, `is no CSV: ${error.message}`, error);
}
