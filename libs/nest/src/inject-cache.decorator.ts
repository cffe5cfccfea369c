import { Inject } from '@nestjs/common';
import type { TypedDefinition } from 'nuthatch/engine';
import { getCacheToken } from './tokens.js';
import { getTypedCacheToken } from './typed-caches.js';

/**
 * Injects a named cache into a constructor parameter or a property, or the `TypedCache` of a definition of `defineCache`; the default cache
 * where nothing is given.
 */
export function InjectCache(cache?: string | TypedDefinition): ReturnType<typeof Inject> {
  return Inject(typeof cache === 'object' ? getTypedCacheToken(cache) : getCacheToken(cache));
}
