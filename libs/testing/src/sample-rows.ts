import type { BackingStore, Row } from 'nuthatch/engine';

/** Names that have meant something to some store: wildcards, separators, quotes, NUL, look-alikes, length. */
export const nastyNames: readonly string[] = [
  ...'a_b aXb % * a:b a::b A a 0 __proto__ ../../a {a} $1 ? "'.split(' '),
  ' a',
  'a ',
  '\\',
  "'; DROP TABLE entry; --",
  '\r\nSET a 1',
  'a\0',
  'a\0b',
  '\u00e9',
  'e\u0301',
  '\u{1f989}',
  '\ufffd',
  'x'.repeat(2000),
  `${'x'.repeat(1999)}y`,
];

/** A row that has been written once and never expires, but for what is said. */
export function row(key: string, rest: Partial<Row> = {}): Row {
  return { key, value: `"${key}"`, expiresAt: undefined, version: 1, tags: [], ...rest };
}

/** Writes rows in one go. */
export async function put(store: BackingStore, ...rows: readonly Row[]): Promise<void> {
  await store.apply(rows.map((each) => ({ type: 'set', row: each })));
}

/** Rows as they come to a store that replaces its own. */
export async function* pagesOf(...pages: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* pages;
}

/** The keys of rows, sorted. */
export function keysOf(rows: readonly Row[]): string[] {
  return Array.from(rows, ({ key }) => key).sort();
}

/** A row that can be compared. */
export interface Comparable extends Omit<Row, 'value'> {
  readonly value: string | readonly number[];
}

/** What of a row can be compared: tags have no order, and bytes come as whatever kind of `Uint8Array`. */
export function plain(found: Row | undefined): Comparable | undefined {
  if (found === undefined) return undefined;
  const { key, value, expiresAt, version, tags, freshUntil } = found;
  return {
    key,
    value: typeof value === 'string' ? value : [...value],
    expiresAt,
    version,
    tags: [...tags].sort(),
    freshUntil,
  };
}
