import type { BackingStore, BackingStoreFactory } from 'nuthatch/engine';
import { FakeClock } from './fake-clock.js';

/** The stores that one test opened. */
export class StoreHarness {
  readonly #factory: BackingStoreFactory;
  readonly #open = new Set<BackingStore>();

  private constructor(factory: BackingStoreFactory) {
    this.#factory = factory;
  }

  /** Runs a check, and closes what it opened. */
  static async with(
    factory: BackingStoreFactory,
    check: (harness: StoreHarness) => Promise<void>,
  ): Promise<void> {
    const harness = new StoreHarness(factory);
    try {
      await check(harness);
    } finally {
      for (const store of harness.#open) await harness.close(store);
    }
  }

  /** A store that has been opened. */
  async store(namespace = 'birds'): Promise<BackingStore> {
    const store = this.#factory.create({ namespace, clock: new FakeClock() });
    await store.open();
    this.#open.add(store);
    return store;
  }

  /** Closes a store before the check is over. */
  async close(store: BackingStore): Promise<void> {
    this.#open.delete(store);
    await store.close();
  }
}
