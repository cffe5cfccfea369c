import { CacheError } from 'nuthatch/engine';
import type { PartName } from './tokens.js';

/** Says what is wrong with a decorated method or a declared cache, and the remedy. */
export function badDeclaration(where: string, why: string, cause?: unknown): CacheError {
  return new CacheError('bad_declaration', `${where}: ${why}`, cause);
}

/** Says that no cache has this name, and lists those that there are. */
export function unknownCache(name: string, known: readonly string[], where?: string): CacheError {
  const prefix = where === undefined ? '' : `${where}: `;
  return new CacheError(
    'unknown_name',
    `${prefix}cache must be one of ${known.join(', ')}, got ${JSON.stringify(name)}`,
  );
}

/** Says which named cache cannot be opened, and why. */
export function wrongCache(name: string, error: CacheError): CacheError {
  return new CacheError(error.code, `cache ${JSON.stringify(name)}: ${error.message}`, error);
}

/** Says that one name stands for two different caches. */
export function declaredTwice(name: string): CacheError {
  return badDeclaration(
    `cache ${JSON.stringify(name)}`,
    'declared twice with different options; keep its definition in one constant and give that to both',
  );
}

/** Says that an async factory answered a provider, and where that belongs. */
export function misplacedProvider(part: PartName): CacheError {
  return new CacheError(
    'bad_option',
    `${part} must be a name or a factory where a factory of options answers it, got a provider definition; ` +
      `put it beside useFactory: forRootAsync({ useFactory, ${part}: { useClass } })`,
  );
}

/** Says that the cache of `forRoot` takes no name. */
export function namedRoot(name: unknown): CacheError {
  return new CacheError(
    'bad_option',
    `name must be left out of forRoot, got ${JSON.stringify(name)}; named caches are declared by CacheModule.forFeature`,
  );
}

/** Says which argument of a method has no place in a key. */
export function badKeyArgument(where: string, error: CacheError): CacheError {
  return new CacheError(
    'bad_key',
    `${where}: ${error.message}, in a key function: @Cacheable({ key: (...) => cacheKey(...) })`,
    error,
  );
}

/** Says that a key function answered something else. */
export function badKeyAnswer(where: string, found: unknown): CacheError {
  return new CacheError(
    'bad_key',
    `${where}: its key function must answer a non-empty string, got ${describe(found)}`,
  );
}

/** Says that a decorator is on a method whose result arrives at once. */
export function plainResult(where: string, decorator: string, found: string): CacheError {
  return badDeclaration(
    where,
    `@${decorator} needs a method that returns a Promise or an Observable, got ${found}; make it async`,
  );
}

/** The kind of thing that this is, and never its value. */
export function describe(found: unknown): string {
  if (found === '') return 'an empty string';
  if (found === undefined || found === null) return String(found);
  if (typeof found !== 'object') return `a ${typeof found}`;
  return Array.isArray(found) ? 'an array' : `an instance of ${String(found.constructor?.name)}`;
}
