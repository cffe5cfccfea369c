import type { Fencing } from '../kernel/fencing.js';
import type { Invalidation } from '../kernel/invalidation.js';
import type { Sequence } from '../kernel/sequence.js';
import type { SharedClock } from './shared-clock.js';
import type { SharedTier } from './shared-tier.js';
import type { ResolvedTierSettings } from './tier-settings.js';

/** What a cache does with the news of other processes, in its own memory and its own store alone. */
export interface Neighbour {
  changed(keys: readonly (readonly [key: string, version: number])[]): void;
  invalidated(invalidations: readonly Invalidation[]): void;
  published(event: string, params: object): void;
  released(keys: readonly string[]): void;
  /** What memory has may be old. */
  forgetMemory(): void;
  /** Anything that was known before may be old. */
  forgetAll(): void;
  /** Makes up for what a server of the tier may have lost. */
  restate(lost: 'all' | 'recent'): void;
}

/** Told how a cache and the others are linked. */
export interface LinkObserver {
  linked(afterMs: number): void;
  unlinked(reason: string): void;
  missed(reason: string): void;
  failed(operation: string, error: unknown): void;
}

/** What a link works on. */
export interface LinkParts {
  readonly tier: SharedTier;
  readonly clock: SharedClock;
  readonly sequence: Sequence;
  readonly fencing: Fencing;
  readonly validity: { readonly newest: number; takeUp(invalidation: Invalidation): void };
  readonly settings: ResolvedTierSettings;
  readonly observer: LinkObserver;
  /** Finds out whether a tier that was in trouble is well again, though nobody asks it for anything. Called often. */
  readonly probe: () => void;
}
