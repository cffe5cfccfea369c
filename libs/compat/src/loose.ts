/**
 * What `@nestjs/cache-manager` leaves untyped, and programs use in ways that no type of ours could foresee: `cache.stores[0].store`, the
 * members of an injected `cacheManager`. Anything narrower would stop some of those programs from compiling.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the one place; said above
export type Loose = any;
