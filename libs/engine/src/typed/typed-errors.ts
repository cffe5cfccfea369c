import { badDeclaration, CacheError, reason, show } from '../kernel/errors.js';
import type { SchemaIssue } from './standard-schema.js';

const MOST_PATHS = 5;

/** What a schema has found wrong. Its `issues` are not shown in logs: their messages may tell what the value was. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
  /** Where and what, as the schema says it. */
  declare readonly issues: readonly SchemaIssue[];

  constructor(cache: string, issues: readonly SchemaIssue[]) {
    super(`it does not fit the schema of the cache ${show(cache)} at ${placesOf(issues)}`);
    Object.defineProperty(this, 'issues', { value: issues, enumerable: false });
  }
}

/** Says that a value was refused, where in it the schema was not content, and never what is there. */
export function misfit(key: string, mismatch: SchemaMismatch): CacheError {
  return new CacheError('bad_value', `the value of ${show(key)} was refused: ${mismatch.message}`, mismatch);
}

/** Says that what a loader has answered was refused. */
export function misloaded(key: string, mismatch: SchemaMismatch): CacheError {
  return new CacheError(
    'bad_load',
    `what was loaded for ${show(key)} was refused: ${mismatch.message}`,
    mismatch,
  );
}

/** Says that the user's own database has a record that does not fit. */
export function misfittingRecord(key: string, mismatch: SchemaMismatch): CacheError {
  return new CacheError(
    'bad_value',
    `the record of ${show(key)} cannot be read: ${mismatch.message}`,
    mismatch,
  );
}

/** Says that a value of another version was given up. */
export function unmigrated(cache: string, from: number | undefined, cause?: unknown): CacheError {
  const version = from === undefined ? 'no version' : `version ${from}`;
  const why = cause === undefined ? 'there is no migrate' : `migrate failed: ${reason(cause)}`;
  return new CacheError('bad_value', `it is of ${version} of the cache ${show(cache)}, and ${why}`, cause);
}

/** Says that a schema cannot be used, since a store is read and decoded in one go. */
export function asyncSchema(cache: string, what: string): CacheError {
  return badDeclaration(
    `cache ${show(cache)}`,
    `${what} answers a promise; it must answer at once, so leave asynchronous checks to the loader`,
  );
}

/** Says that a key function answered something else. */
export function badTypedKey(cache: string, found: unknown): CacheError {
  const kind = typeof found === 'string' ? 'an empty one' : show(found);
  return new CacheError(
    'bad_key',
    `the key function of the cache ${show(cache)} must answer a non-empty string, got ${kind}`,
  );
}

/** The paths of what is wrong, the first of them. */
function placesOf(issues: readonly SchemaIssue[]): string {
  const places = [...new Set(issues.map(({ path }) => placeOf(path ?? [])))];
  const more = places.length > MOST_PATHS ? ` and ${places.length - MOST_PATHS} more` : '';
  return places.slice(0, MOST_PATHS).join(', ') + more;
}

function placeOf(path: NonNullable<SchemaIssue['path']>): string {
  const steps = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return steps.length === 0 ? 'its root' : steps.join('.');
}
