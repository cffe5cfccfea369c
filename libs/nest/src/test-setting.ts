import type { Cache, CacheOptions, Clock } from 'nuthatch/engine';

/** The token of a {@link TestSetting}. Nothing stands under it outside of tests. */
export const TEST_SETTING = Symbol.for('nuthatch:test-setting');

/** How every cache of an application is opened in a test, whatever is declared: see `CacheTestingModule` of `nuthatch/testing`. */
export interface TestSetting {
  readonly clock: Clock;
  /** Whether a store, a shared tier or a bus that is declared is used all the same. A store that a test has put in its place always is. */
  keeps(part: unknown): boolean;
  /** Told each cache as it is opened. */
  opened(cache: Cache<never>): void;
}

/** What would outlive a test, or reach beyond it. */
const LASTING = new Set(['warmStart', 'warm']);

/** What reaches other processes. */
const SHARING = new Set(['sharedTier', 'bus']);

/** What needs a store. */
const STORING = new Set(['store', 'writePolicy', 'writeBack']);

/** What a cache is opened with in a test. @param isDeclared whether its store is one that a module declares, and no test has put there. */
export function inTest(
  options: CacheOptions<never>,
  { clock, keeps }: TestSetting,
  isDeclared: boolean,
): CacheOptions<never> {
  const dropsStore = isDeclared && !keeps(options.store);
  const left = Object.entries(options).filter(
    ([name, value]) =>
      !LASTING.has(name) && !(SHARING.has(name) && !keeps(value)) && !(dropsStore && STORING.has(name)),
  );
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
