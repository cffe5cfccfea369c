import type { CacheManagerOptions } from '../cache-options.js';
import { badChoice } from '../errors.js';
import type { Tier } from '../store/tier.js';
import type { Announcer } from './announcer.js';
import type { Background } from './background.js';
import type { Fences } from './fences.js';

/** What a cache was told, resolved. */
export interface Settings {
  readonly ttl: number | undefined;
  readonly refreshThreshold: number | undefined;
  readonly refreshAllStores: boolean;
  readonly nonBlocking: boolean;
  readonly isStrict: boolean;
}

/** What the parts of one cache share. */
export interface Shared {
  readonly settings: Settings;
  readonly tiers: readonly Tier[];
  readonly announcer: Announcer;
  readonly fences: Fences;
  readonly background: Background;
}

/** @throws CacheError `bad_option` naming `compat`. */
export function resolveSettings(options: CacheManagerOptions): Settings {
  const { compat = 'fixed' } = options;
  if (compat !== 'fixed' && compat !== 'strict') throw badChoice('compat', "'fixed' or 'strict'", compat);
  return {
    ttl: usableTtl(options.ttl),
    refreshThreshold: options.refreshThreshold,
    refreshAllStores: options.refreshAllStores ?? false,
    nonBlocking: options.nonBlocking ?? false,
    isStrict: compat === 'strict',
  };
}

/** A time to live that is one; `undefined` for what is none, so that the next default counts and no value is kept for ever by mistake. */
export function usableTtl(ttl: unknown): number | undefined {
  return typeof ttl === 'number' && !Number.isNaN(ttl) ? ttl : undefined;
}
