import type { Cache, CacheOptions, Clock } from 'nuthatch/engine';
import type { PartName } from './tokens.js';

/** The token of a {@link TestSetting}. Nothing stands under it outside of tests. */
export const TEST_SETTING = Symbol.for('nuthatch:test-setting');

/** How every cache of an application is opened in a test, whatever is declared: see `CacheTestingModule` of `nuthatch/testing`. */
export interface TestSetting {
  readonly clock: Clock;
  /** Whether the stores, shared tiers and buses that modules declare are used all the same. What a test has put in their place always is. */
  readonly keepStores: boolean;
  /** Whether the test declares the default cache itself: then its parts are the test's own, also in the caches that inherit them. */
  readonly ownsRoot: boolean;
  /** Told each cache as it is opened. */
  opened(cache: Cache<never>): void;
}

/** What would outlive a test, or reach beyond it. */
const LASTING = new Set(['warmStart', 'warm']);

/** What needs a store. */
const STORING = new Set(['store', 'writePolicy', 'writeBack']);

/** Whether a part is one that a module under test declares: the test has not put it there. */
export type IsDeclared = (part: PartName, found: unknown) => boolean;

/** What a cache is opened with in a test. */
export function inTest(
  options: CacheOptions<never>,
  { clock, keepStores }: TestSetting,
  isDeclared: IsDeclared,
): CacheOptions<never> {
  // A bus that is false reaches nobody, and without it the cache would have that of its tier.
  const isDropped = (part: 'store' | 'sharedTier' | 'bus'): boolean =>
    !keepStores && options[part] !== false && isDeclared(part, options[part]);
  // A module under test may count on a store of the root, which is not there.
  const isStoreless = options.store === undefined || isDropped('store');
  const dropped = new Set<string>([
    ...LASTING,
    ...(isStoreless ? STORING : []),
    ...(['sharedTier', 'bus'] as const).filter(isDropped),
  ]);
  const left = Object.entries(options).filter(([name]) => !dropped.has(name));
  // Only members of the options are left.
  const kept = Object.fromEntries(left) as CacheOptions<never>;
  const { writeBack } = kept;
  return {
    ...kept,
    clock,
    ...(writeBack !== undefined && {
      writeBack: { ...writeBack, journal: undefined, durability: undefined },
    }),
  };
}
