import { createHash } from 'node:crypto';
import type { Invalidation } from 'nuthatch/engine';
import type { PostgresResult } from './client.js';
import type { Keys } from './text.js';

/** An invalidation as it was found. */
export interface Remembered extends Invalidation {
  /** Whether the rows that it makes gone have been deleted. */
  readonly isSwept: boolean;
}

/** An invalidation as the statement `remembered` answers it. */
interface StoredInvalidation {
  readonly scope: Invalidation['scope'];
  readonly name: string;
  readonly version: string;
  readonly is_swept: string;
}

/** Stands for the name in the key of the table: names are as long as they like, and an index is not. */
export function digestOf(name: string): string {
  return createHash('sha256').update(nameColumn(name)).digest('base64');
}

/** JSON, since it writes every text: half of a surrogate pair, too, which may be where a prefix ends. */
export function nameColumn(name: string): string {
  return JSON.stringify(name);
}

/** The newest of each scope and name. */
export function newestOf(invalidations: readonly Invalidation[]): Invalidation[] {
  const newest = new Map<string, Invalidation>();
  for (const { scope, name, version } of invalidations) {
    const id = `${scope} ${name}`;
    if ((newest.get(id)?.version ?? -Infinity) < version) newest.set(id, { scope, name, version });
  }
  return [...newest.values()];
}

/** The values of the statement `remember`. @param invalidations of different scopes or names. */
export function rememberValues(
  { namespace }: Pick<Keys, 'namespace'>,
  invalidations: readonly Invalidation[],
): unknown[] {
  return [
    namespace,
    invalidations.map(({ scope }) => scope),
    invalidations.map(({ name }) => digestOf(name)),
    invalidations.map(({ name }) => nameColumn(name)),
    invalidations.map(({ version }) => version),
  ];
}

/** What the statement `remembered` has found. */
export function invalidationsOf({ rows }: PostgresResult): Remembered[] {
  // The statement names these columns; names were written by `nameColumn`.
  return (rows as readonly StoredInvalidation[]).map(({ scope, name, version, is_swept: isSwept }) => ({
    scope,
    name: JSON.parse(name) as string,
    version: Number(version),
    isSwept: isSwept === 't',
  }));
}
