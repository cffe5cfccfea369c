import type { Cache, CacheOptions, StoreChoice } from 'nuthatch/engine';
import { FakeClock } from './fake-clock.js';
import { watchLoads } from './load-log.js';

/** What is said of the caches of a test. */
export interface CacheTestingOptions {
  /** The clock that they live by; one of its own by default, which `moduleRef.get(FakeClock)` answers. */
  readonly clock?: FakeClock | undefined;
  /**
   * Whether the stores, shared tiers and buses that modules declare are opened; by default all caches are in memory alone. What the test puts in the place
   * of one always is.
   */
  readonly keepStores?: boolean | undefined;
}

/** What `CacheTestingModule.forRoot` is told: as `CacheModule.forRoot`, but for what is a test's own affair. */
export interface CacheTestingRootOptions
  extends CacheTestingOptions, Omit<CacheOptions<never>, 'name' | 'clock' | 'store'> {
  /**
   * A store for the caches that have none of their own; none by default. A ready-made one, such as a `FaultyStore`, belongs to the default cache: where
   * there are others, give a factory.
   */
  readonly store?: StoreChoice | undefined;
}

/** A module for Nest, which is asked for when it is imported and not before. */
export interface TestingDynamicModule {
  readonly module: typeof CacheTestingModule;
  readonly global: true;
  readonly imports: { module: typeof CacheTestingModule }[];
  readonly providers: { provide: symbol | typeof FakeClock; useValue: object }[];
  readonly exports: (symbol | typeof FakeClock)[];
}

/**
 * Makes the caches of an application fit for tests: on a clock that stands still, in memory alone, with their loads watched; no file, no
 * connection, no timer of the machine.
 *
 * @example
 * ```ts
 * const clock = new FakeClock();
 * // The caches of a part of the application: this stands in the place of CacheModule.forRoot.
 * Test.createTestingModule({ imports: [CacheTestingModule.forRoot({ clock }), UsersModule] });
 * // The whole application, its CacheModule.forRoot included.
 * Test.createTestingModule({ imports: [CacheTestingModule.forApplication({ clock }), AppModule] });
 * ```
 */
export class CacheTestingModule {
  /** The caches of a module without its `CacheModule.forRoot`: opens the default cache, and those of `forFeature`. */
  static async forRoot(options: CacheTestingRootOptions = {}): Promise<TestingDynamicModule> {
    const { clock, keepStores, ...given } = options;
    const { CacheModule } = await import('nuthatch');
    const root = CacheModule.forRoot(given);
    // What Nest is given is a module with a class of its own, which its types cannot tell here.
    const imports = [root as unknown as TestingDynamicModule['imports'][number]];
    return definition({ clock, keepStores }, imports);
  }

  /** The caches of an application that imports `CacheModule.forRoot` itself. */
  static async forApplication(options: CacheTestingOptions = {}): Promise<TestingDynamicModule> {
    return definition(options, []);
  }
}

async function definition(
  { clock = new FakeClock(), keepStores = false }: CacheTestingOptions,
  imports: TestingDynamicModule['imports'],
): Promise<TestingDynamicModule> {
  const { TEST_SETTING } = await import('nuthatch');
  const setting = {
    clock,
    keepStores,
    // What this imports is the root, where it opens one.
    ownsRoot: imports.length > 0,
    opened: (cache: Cache) => void watchLoads(cache),
  };
  return {
    module: CacheTestingModule,
    global: true,
    imports,
    providers: [
      { provide: FakeClock, useValue: clock },
      { provide: TEST_SETTING, useValue: setting },
    ],
    exports: [FakeClock, TEST_SETTING],
  };
}
