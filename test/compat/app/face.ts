import type * as CacheManagerPackage from '@nestjs/cache-manager';

/** The package that the application is written against, given at run time: the original, or what replaces it. */
export type Face = typeof CacheManagerPackage;
