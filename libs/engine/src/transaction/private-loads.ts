import type { EntryState } from '../kernel/entry.js';
import type { Fence } from '../kernel/fencing.js';
import type { Residents } from '../kernel/residents.js';
import type { Asked, Loads } from '../load/loads.js';
import type { Draft } from './draft.js';
import type { Underlying } from './underlying.js';

/** Loads of one transaction: they may have seen what is not committed, so nobody else joins them or gets their results. */
export class PrivateLoads<V> {
  readonly #loads: Loads<V>;
  #running = 0;
  #isOver = false;

  constructor(under: Underlying<V>, draft: Draft<V>, fencing: ReturnType<Underlying<V>['ownFencing']>) {
    const keepLoaded = (key: string, entry: EntryState<V>, { fence }: { readonly fence: Fence }): boolean => {
      if (fence.holds()) draft.remember(key, entry);
      return fence.holds();
    };
    this.#loads = under.loadsOf({ residents: new KnownEntries(under, draft), fencing, keepLoaded });
  }

  async load(asked: Asked<V>): Promise<V> {
    this.#running++;
    try {
      return await this.#loads.load(asked);
    } finally {
      this.#running--;
      this.#rest();
    }
  }

  /** What is running ends as it would; then no timer is left. */
  end(): void {
    this.#isOver = true;
    this.#rest();
  }

  /** Lets all go who wait. */
  stop(): void {
    this.#loads.stop();
  }

  #rest(): void {
    if (this.#isOver && this.#running === 0) this.#loads.stop();
  }
}

/** What a transaction knows without asking a store, as its loads see it. */
class KnownEntries<V> implements Residents<V> {
  readonly #under: Underlying<V>;
  readonly #draft: Draft<V>;

  constructor(under: Underlying<V>, draft: Draft<V>) {
    this.#under = under;
    this.#draft = draft;
  }

  read(key: string): EntryState<V> | undefined {
    return this.#known(key, 'read');
  }

  readKept(key: string): EntryState<V> | undefined {
    return this.#known(key, 'readKept');
  }

  keep(key: string, entry: EntryState<V>): void {
    this.#draft.remember(key, entry);
  }

  offer(key: string, entry: EntryState<V>): void {
    this.#draft.remember(key, entry);
  }

  drop(key: string): boolean {
    return this.#draft.forget(key);
  }

  /** What is loaded is gone with the transaction. */
  clear(): void {}

  handOut(value: V): V {
    return this.#under.residents.handOut(value);
  }

  #known(key: string, read: 'read' | 'readKept'): EntryState<V> | undefined {
    const own = this.#draft.own(key);
    if (own !== undefined) return own.entry;
    const resident = this.#under.residents[read](key);
    return resident !== undefined && !this.#draft.hides(key, resident) ? resident : undefined;
  }
}
