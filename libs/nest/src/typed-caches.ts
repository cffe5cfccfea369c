import type { FactoryProvider } from '@nestjs/common';
import type { Cache, CacheOptions, TypedCache, TypedDefinition } from 'nuthatch/engine';
import type { CacheDefinition } from './module-options.js';
import { getCacheToken, getDeclarationToken } from './tokens.js';

/** Where the definition of a typed cache stands among the options of its cache, on their way through the module. */
export interface TypedOptions extends CacheOptions<never> {
  readonly typed?: TypedDefinition | undefined;
}

/** What opens the cache of a definition. */
interface Opener {
  /** The typed face of a cache. */
  faceOf(cache: Cache): TypedCache<TypedDefinition>;
}

/**
 * The token of the typed face of a cache, which says what to do where Nest has to show it. What is put in the place of the cache itself, by its own token, reaches this, too.
 */
export function getTypedCacheToken({ name }: Pick<TypedDefinition, 'name'>): symbol {
  return Symbol.for(
    `nuthatch: import CacheModule.forFeature(...) in this module, for the typed cache ${name}`,
  );
}

/** What a definition says of its cache. */
export function definitionOf(typed: TypedDefinition): CacheDefinition {
  const definition = { ...typed.options, name: typed.name, typed };
  return definition;
}

/** The typed face, over whatever stands under the token of the cache. */
export function typedProvider({ name }: TypedDefinition): FactoryProvider<TypedCache<TypedDefinition>> {
  return {
    provide: getTypedCacheToken({ name }),
    inject: [getCacheToken(name), getDeclarationToken(name)],
    useFactory: (cache: Cache, declaration: Opener) => declaration.faceOf(cache),
  };
}
