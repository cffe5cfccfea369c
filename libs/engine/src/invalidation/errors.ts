import { CacheError, show } from '../kernel/errors.js';

/** So many keys of a cycle are named at its beginning, and at its end. */
const SHOWN_OF_A_CYCLE = 5;

/** Says which pattern of keys cannot be read, and why. */
export function badPattern(found: unknown, why: string): CacheError {
  return new CacheError('bad_pattern', `the pattern ${show(found)} ${why}`);
}

/** Says that a pattern of keys is none at all. */
export function noPattern(found: unknown): CacheError {
  return new CacheError('bad_pattern', `the pattern must be a non-empty string, got ${show(found)}`);
}

/** Says which cycle a dependency would close; nothing was changed. @param path from the dependent back to the key. */
export function cyclicDependency(key: string, dependent: string, path: readonly string[]): CacheError {
  const cycle = [key, ...path].map(show);
  const left = cycle.length - 2 * SHOWN_OF_A_CYCLE;
  const shown =
    left <= 1
      ? cycle
      : [...cycle.slice(0, SHOWN_OF_A_CYCLE), `(${left} more)`, ...cycle.slice(-SHOWN_OF_A_CYCLE)];
  return new CacheError(
    'bad_dependency',
    `the dependency ${show(key)} -> ${show(dependent)} would close a cycle: ${shown.join(' -> ')}`,
  );
}

/** Says that there are as many dependencies as there may be. */
export function tooManyDependencies(key: string, dependent: string, most: number): CacheError {
  const remedy = 'removeDependency() makes room; what many entries have in common is better said by a tag';
  return new CacheError(
    'bad_dependency',
    `the dependency ${show(key)} -> ${show(dependent)} is one too many, ${most} are kept; ${remedy}`,
  );
}

/** Says which template of a rule cannot be read, and why. */
export function badTemplate(template: unknown, event: string, why: string): CacheError {
  return new CacheError('bad_rule', `the template ${show(template)} of the event ${show(event)} ${why}`);
}

/** Says that an event did not bring what a template asks for; nothing was invalidated. */
export function missingParam(
  template: string,
  place: string,
  { event, found }: { readonly event: string; readonly found: unknown },
): CacheError {
  const expected = `params.${place} must be a non-empty string, a number, a bigint or a boolean`;
  return new CacheError(
    'bad_rule',
    `the template ${show(template)} cannot be filled by the event ${show(event)}: ${expected}, got ${show(found)}`,
  );
}
