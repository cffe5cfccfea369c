import { compilePattern, type Invalidation } from 'nuthatch/engine';
import type { EntryTable } from './entry-table.js';
import { isWellFormed } from './stored-row.js';

/** Where to go on among rows: after an id, or from a key on. */
export type Cursor = number | string;

/** Which rows are looked at. */
export interface Stretch {
  readonly invalidation: Invalidation;
  /** From the first row where left out. */
  readonly from?: Cursor | undefined;
  readonly atMost: number;
}

/** How far it came. */
export interface Swept {
  readonly looked: number;
  /** Where to go on; `undefined` at the end. */
  readonly next: Cursor | undefined;
}

/** Deletes what an invalidation has made gone, of so many rows at most as it may look at; rows that are newer stay. */
export function sweep(table: EntryTable, namespace: number, stretch: Stretch): Swept {
  const { scope } = stretch.invalidation;
  return scope === 'tag' ? sweepTagged(table, namespace, stretch) : sweepKeys(table, namespace, stretch);
}

function sweepTagged(
  table: EntryTable,
  namespace: number,
  { invalidation: { name, version }, from, atMost }: Stretch,
): Swept {
  if (!isWellFormed(name)) return { looked: 0, next: undefined };
  const after = typeof from === 'number' ? from : 0;
  const found = table.tagged(namespace, { tag: name, after, atMost });
  for (const row of found) if (row.version <= version) table.remove(row.id);
  return { looked: found.length, next: found.length < atMost ? undefined : found.at(-1)?.id };
}

/** Keys that begin alike are neighbours. */
function sweepKeys(table: EntryTable, namespace: number, stretch: Stretch): Swept {
  const { invalidation, atMost } = stretch;
  const { prefix, matches } = matcherOf(invalidation);
  const start = wellFormedPart(prefix);
  const from = typeof stretch.from === 'string' ? stretch.from : start;
  const found = table.keysFrom(namespace, { from, atMost }).filter(({ key }) => key.startsWith(start));
  for (const { id, key, version } of found)
    if (version <= invalidation.version && matches(key)) table.remove(id);
  const last = found.length < atMost ? undefined : found.at(-1);
  // The key that comes next in the order of bytes, whether there is a row or not.
  return { looked: found.length, next: last && `${last.key}\0` };
}

function matcherOf({ scope, name }: Invalidation): { prefix: string; matches(key: string): boolean } {
  return scope === 'pattern'
    ? compilePattern(name)
    : { prefix: name, matches: (key) => key.startsWith(name) };
}

/** What of a prefix comes before half of a surrogate pair, with which no stored text begins. */
function wellFormedPart(prefix: string): string {
  return /^\P{Surrogate}*/u.exec(prefix)?.[0] ?? '';
}
