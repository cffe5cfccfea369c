import assert from 'node:assert/strict';
import { type BackingStore, compilePattern, type Invalidation, type Row } from 'nuthatch/engine';
import { keysOf } from './sample-rows.js';

/** Later than every sample row. */
export const LATER = 1_000_000;

/** Whether anything is asked of its invalidations: a store of the role `'record'` is never given any. */
export function takesInvalidations(store: BackingStore): boolean {
  return store.role === 'cache';
}

/** Invalidates a tag after everything else, where the store takes that; answers whether it does. */
export async function invalidateTag(store: BackingStore, name: string, version = LATER): Promise<boolean> {
  if (!takesInvalidations(store)) return false;
  await store.invalidate([{ scope: 'tag', name, version }]);
  return true;
}

/** Invalidations as they can be compared. */
export function named(invalidations: readonly Invalidation[]): Invalidation[] {
  return Array.from(invalidations, ({ scope, name, version }) => ({ scope, name, version }));
}

/** Whether an invalidation makes a row gone. */
export function covers(
  { scope, name, version }: Invalidation,
  row: Pick<Row, 'key' | 'tags' | 'version'>,
): boolean {
  if (row.version > version) return false;
  if (scope === 'tag') return row.tags.includes(name);
  return scope === 'prefix' ? row.key.startsWith(name) : compilePattern(name).matches(row.key);
}

/** The rows of a store without those that its invalidations make gone, as a cache shows them. */
export async function shownBy(store: BackingStore): Promise<Row[]> {
  const [rows, invalidations] = [await store.rows(), await store.invalidations()];
  return rows.filter((row) => !invalidations.some((invalidation) => covers(invalidation, row)));
}

/** Checks that a task leaves nothing of a tag's invalidation: what is written after it stays, whatever its version. */
export async function forgets(store: BackingStore, task: () => Promise<void>): Promise<void> {
  await invalidateTag(store, 'night');
  await task();
  assert.deepEqual(named(await store.invalidations()), []);
  await store.apply([
    { type: 'set', row: { key: 'bat', value: '', expiresAt: undefined, version: 1, tags: ['night'] } },
  ]);
  assert.ok(keysOf(await store.rows()).includes('bat'));
  await store.apply([{ type: 'delete', key: 'bat', version: 1 }]);
}
