import type { Cache, CacheOptions, Clock } from 'nuthatch/engine';
import type { PartName } from './tokens.js';

/** The token of a {@link TestSetting}. Nothing stands under it outside of tests. */
export const TEST_SETTING = Symbol.for('nuthatch:test-setting');

/** How every cache of an application is opened in a test, whatever is declared: see `CacheTestingModule` of `nuthatch/testing`. */
export interface TestSetting {
  readonly clock: Clock;
  /** Whether a store, a shared tier or a bus that is declared is used all the same. What a test has put in its place always is. */
  keeps(part: unknown): boolean;
  /** Told each cache as it is opened. */
  opened(cache: Cache<never>): void;
}

/** What would outlive a test, or reach beyond it. */
const LASTING = new Set(['warmStart', 'warm']);

/** What needs a store. */
const STORING = new Set(['store', 'writePolicy', 'writeBack']);

/** Whether a part is one that a module declares, and no test has put there. */
export type IsDeclared = (part: PartName, found: unknown) => boolean;

/** What a cache is opened with in a test. */
export function inTest(
  options: CacheOptions<never>,
  { clock, keeps }: TestSetting,
  isDeclared: IsDeclared,
): CacheOptions<never> {
  // A bus that is false reaches nobody, and without it the cache would have that of its tier.
  const isDropped = (part: 'store' | 'sharedTier' | 'bus'): boolean =>
    options[part] !== false && isDeclared(part, options[part]) && !keeps(options[part]);
  const dropped = new Set<string>([
    ...LASTING,
    ...(isDropped('store') ? STORING : []),
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
