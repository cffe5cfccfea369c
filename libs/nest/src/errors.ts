import { CacheError } from 'nuthatch/engine';
import { DEFAULT_CACHE, type PartName } from './tokens.js';

/** Says what is wrong with a decorated method or a declared cache, and the remedy. */
export function badDeclaration(where: string, why: string, cause?: unknown): CacheError {
  return new CacheError('bad_declaration', `${where}: ${why}`, cause);
}

/** Says that no cache has this name, and lists those that there are. */
export function unknownCache(name: string, known: readonly string[], where?: string): CacheError {
  const prefix = where === undefined ? '' : `${where}: `;
  const remedy =
    known.length === 0
      ? 'import CacheModule.forRoot() anywhere in the application'
      : `declare it by CacheModule.forFeature({ name: ${JSON.stringify(name)} })`;
  return new CacheError(
    'unknown_name',
    `${prefix}cache must be one of ${known.join(', ') || 'none yet'}, got ${JSON.stringify(name)}; ${remedy}`,
  );
}

/** Says which named cache cannot be opened, and why. */
export function wrongCache(name: string, error: CacheError): CacheError {
  return new CacheError(error.code, `cache ${JSON.stringify(name)}: ${error.message}`, error);
}

/** Says that a named cache was declared by something else than its definition. */
export function badDefinition(found: unknown): CacheError {
  const what =
    typeof found === 'object' && !Array.isArray(found) && found !== null
      ? 'one without a name'
      : describe(found);
  return badDeclaration(
    'CacheModule.forFeature',
    `give it definitions such as { name: 'users', ttl: '5m' }, got ${what}`,
  );
}

/** Says that one name stands for two different caches. */
export function declaredTwice(name: string): CacheError {
  return badDeclaration(
    `cache ${JSON.stringify(name)}`,
    name === DEFAULT_CACHE
      ? 'two CacheModule.forRoot with different options; keep one of them, and declare further caches by CacheModule.forFeature({ name })'
      : 'declared twice with different options; keep its definition in one constant and give that to both',
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

/** Says whose method cannot tell which tenant its keys belong to. */
export function badPrefix(where: string, error: unknown): CacheError {
  const why = error instanceof CacheError ? error.message : 'its keyPrefix cannot be had';
  return new CacheError('bad_key', `${where}: ${why}`, error instanceof CacheError ? error.cause : error);
}

/** Says that a function of tags answered something else. */
export function badTags(where: string, found: unknown): CacheError {
  const what = Array.isArray(found) ? 'a list of something else' : describe(found);
  return new CacheError('bad_option', `${where}: its tags must be non-empty strings, got ${what}`);
}

/** Says that a method that is told many ids was told something else. */
export function badIds(where: string, found: unknown): CacheError {
  return new CacheError(
    'bad_key',
    `${where}: its first argument must be an array of ids, got ${describe(found)}`,
  );
}

/** Says that a method that is told many ids answers in another form than its decorator was told. */
export function badMany(where: string, expected: string, found: unknown): CacheError {
  const what = Array.isArray(found) ? `an array of ${found.length}` : describe(found);
  return new CacheError('bad_load', `${where} must answer ${expected}, got ${what}`);
}

/** Says that a method that is told many ids answers for others. */
export function badMatch(where: string, count: number): CacheError {
  return new CacheError(
    'bad_load',
    `${where} answered ${count} elements, none of them for an id that it was told; idOf, or the key of the Map, must answer such an id`,
  );
}

/** Says that a key function threw. */
export function keyThrew(where: string, error: unknown): CacheError {
  return new CacheError(
    'bad_key',
    `${where}: its key function must answer a non-empty string, it threw`,
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

/** Says that a decorator is on a method that returns something else than a promise. */
export function notAPromise({
  where,
  decorator,
}: {
  readonly where: string;
  readonly decorator: string;
}): CacheError {
  return badDeclaration(where, `@${decorator} needs a method that returns a Promise, got an Observable`);
}

/** The kind of thing that this is, and never its value. */
export function describe(found: unknown): string {
  if (found === '') return 'an empty string';
  if (found === undefined || found === null) return String(found);
  if (typeof found !== 'object') return `a ${typeof found}`;
  return Array.isArray(found) ? 'an array' : `an instance of ${String(found.constructor?.name)}`;
}
