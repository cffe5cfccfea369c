import type { EntryState } from '../kernel/entry.js';
import type { Fence } from '../kernel/fencing.js';
import { assertCall, tagsOf, type WriteOptions } from '../kernel/life.js';
import type { LoadTicket } from '../kernel/load-ticket.js';
import type { ShareTicket } from '../kernel/share-ticket.js';
import { ShortLivedMap } from '../kernel/short-lived-map.js';
import { newEntry } from './new-entry.js';
import { rowOf } from './operations.js';
import type { Row } from '../store/backing-store.js';
import type { WriterParts } from './writer.js';

/** What is held while a loader runs. */
interface Held {
  readonly fence: Fence;
  readonly ticketOfTier?: ShareTicket | undefined;
}

/** Keeps what loaders answer: in memory, and in a store that is a tier of the cache. */
export class LoadedEntries<V> {
  readonly #parts: WriterParts<V>;
  /** The newest version of each key that waits for its turn to be stored. */
  readonly #waiting = new ShortLivedMap<string, number>();

  constructor(parts: WriterParts<V>) {
    this.#parts = parts;
  }

  /** What a load will become, and whether it still can: its version is drawn before it begins. */
  prepareLoad(key: string, options: WriteOptions<V> | undefined): LoadTicket<V> {
    const version = this.#parts.sequence.next();
    const applied = this.#parts.optionsOf(options);
    const tags = tagsOf(applied);
    assertCall(this.#parts, applied);
    return {
      version,
      entryOf: (value, findings) => newEntry(this.#parts, value, { version, options: applied, findings }),
      isCurrent: () => this.#parts.validity.isCurrent(key, { tags, version }),
    };
  }

  /** Keeps an entry while the fence holds, and nothing newer was loaded; answers whether it did. */
  keepLoaded(key: string, entry: EntryState<V>, { fence, ticketOfTier }: Held): boolean {
    const { residents, recorder, behind } = this.#parts;
    if (!this.#mayKeep(key, entry, fence)) return false;
    // A load that was given up by its callers may end after a later one.
    if ((residents.readKept(key)?.version ?? 0) > entry.version) return false;
    residents.offer(key, entry);
    recorder.set(key, entry.value, 'load');
    const share = behind?.share;
    if (share !== undefined)
      this.#inTurn(key, entry, (row) => this.#share(row, () => share(row, ticketOfTier)));
    else if (behind?.isCache === true && !behind.isDown())
      this.#inTurn(key, entry, async (row) => void (await behind.policy().onSet(row)));
    return true;
  }

  /** Whether an entry is in memory, and not in the store yet. */
  awaitsStore(key: string, version: number): boolean {
    return this.#waiting.get(key) === version;
  }

  /** Stores a loaded value in its turn; the callers of the load do not wait for it, and a failure is reported. */
  #inTurn(key: string, entry: EntryState<V>, keep: (row: Row) => Promise<void>): void {
    const { fencing, order, recorder, clock, behind } = this.#parts;
    if (behind === undefined) return;
    const fence = fencing.enter(key);
    const encoding = { codec: behind.codec, clock, isCache: true };
    const store = async (): Promise<void> => {
      if (this.awaitsStore(key, entry.version)) this.#waiting.delete(key);
      if (this.#mayKeep(key, entry, fence)) await keep(rowOf(encoding, key, entry));
    };
    this.#waiting.set(key, entry.version);
    order
      .run([key], store)
      .catch((error: unknown) => recorder.storeFailed(`store what was loaded for ${key}`, error))
      .finally(() => fence.release());
  }

  /** What the tier refuses was changed by another process while it was loaded: memory does not keep it either. */
  async #share({ key, version }: Row, share: () => Promise<'kept' | 'fenced'>): Promise<void> {
    const { residents, recorder } = this.#parts;
    if ((await share()) === 'kept') return;
    if (residents.readKept(key)?.version === version) residents.drop(key);
    recorder.loadFenced(key);
  }

  #mayKeep(key: string, entry: EntryState<V>, fence: Fence): boolean {
    return fence.holds() && this.#parts.validity.isCurrent(key, entry);
  }
}
