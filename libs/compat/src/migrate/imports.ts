import {
  CACHE_MANAGER,
  CACHE_MANAGER_NAMES,
  COMPAT,
  NEST_CACHE_MANAGER,
  NEST_COMMON_NAMES,
  SHARED_NAMES,
} from './known-names.js';
import type { ModuleReference } from './module-references.js';

/** What becomes of a place where a module is named. */
export interface Verdict {
  /** The module to name instead; `undefined`: it stays. */
  readonly module?: string | undefined;
  /** What is to be looked at. */
  readonly look?: string | undefined;
}

/** Judges a place where a module is named. */
export function judge({ specifier, names }: ModuleReference): Verdict {
  const module = specifier.text;
  const taken = names?.map(({ name }) => name);
  if (module === NEST_CACHE_MANAGER) return { module: COMPAT, look: unknownNames(taken) };
  if (module === CACHE_MANAGER) return ofCacheManager(taken);
  if (module === '@nestjs/common') return ofNestCommon(taken);
  if (module.startsWith(`${NEST_CACHE_MANAGER}/`))
    return { look: `${module} is an inner file of ${NEST_CACHE_MANAGER}; ${COMPAT} has none` };
  if (module.startsWith(`${CACHE_MANAGER}-`))
    return {
      look: `${module} is a store of cache-manager: hand it to keyvStore() of ${COMPAT}, or take a Keyv`,
    };
  return {};
}

function unknownNames(taken: readonly string[] | undefined): string | undefined {
  const unknown = taken?.filter((name) => !SHARED_NAMES.has(name)) ?? [];
  return unknown.length === 0 ? undefined : `${COMPAT} does not export ${unknown.join(', ')}`;
}

/** A type of what is injected can be taken from elsewhere; a cache that is made by hand stays with the package that makes it. */
function ofCacheManager(taken: readonly string[] | undefined): Verdict {
  if (taken !== undefined && taken.length > 0 && taken.every((name) => CACHE_MANAGER_NAMES.has(name)))
    return { module: COMPAT };
  const what =
    taken === undefined || taken.length === 0 ? CACHE_MANAGER : `${taken.join(', ')} of ${CACHE_MANAGER}`;
  return { look: `${what} stays: a cache made by hand is createCache() of nuthatch/engine` };
}

function ofNestCommon(taken: readonly string[] | undefined): Verdict {
  const old = taken?.filter((name) => NEST_COMMON_NAMES.has(name)) ?? [];
  return old.length === 0
    ? {}
    : { look: `${old.join(', ')} left @nestjs/common with Nest 10: import from ${COMPAT}` };
}
