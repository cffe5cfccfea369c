import { isDeepStrictEqual } from 'node:util';
import type { Observer } from 'rxjs';
import type { Clock, Timer } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';

/** Where the value of a watched key is looked for; neither counted nor brought into memory. */
export interface WatchedEntries<V> {
  readonly clock: Clock;
  /** The fresh entry in memory. */
  resident(key: string): EntryState<V> | undefined;
  /** What is pending or stored; nothing where the cache has no store. */
  readonly behind: ((key: string) => Promise<EntryState<V> | undefined>) | undefined;
  isCurrent(key: string, entry: EntryState<V>): boolean;
  handOut(value: V): V;
}

/** Tells one observer what the value of a key is, and what becomes of it. */
export class KeyWatch<V> {
  readonly #entries: WatchedEntries<V>;
  readonly #key: string;
  readonly #observer: Observer<V | undefined>;
  #told: { readonly entry: EntryState<V> | undefined } | undefined;
  #isReading = false;
  /** Whether something has happened since the reading began. */
  #isOvertaken = false;
  #isOver = false;
  #timer: Timer | undefined;

  constructor(entries: WatchedEntries<V>, key: string, observer: Observer<V | undefined>) {
    this.#entries = entries;
    this.#key = key;
    this.#observer = observer;
  }

  /** Something has happened to the key: looks what its value is now. */
  look(): void {
    const { behind } = this.#entries;
    this.#isOvertaken = this.#isReading;
    const entry = this.#entries.resident(this.#key);
    if (entry !== undefined || behind === undefined) this.#tell(entry);
    else if (!this.#isReading) void this.#read(behind);
  }

  /** Something was invalidated, which may have been the key. */
  lookIfGone(keys: readonly string[]): void {
    const entry = this.#told?.entry;
    const isGone = entry !== undefined && !this.#entries.isCurrent(this.#key, entry);
    if (isGone || this.#isReading || keys.includes(this.#key)) this.look();
  }

  complete(): void {
    this.stop();
    this.#observer.complete();
  }

  stop(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  /** Where the store fails, that is reported, and nothing is known: the observer keeps what it was told. */
  async #read(behind: NonNullable<WatchedEntries<V>['behind']>): Promise<void> {
    this.#isReading = true;
    let stored: EntryState<V> | undefined;
    do {
      this.#isOvertaken = false;
      stored = await behind(this.#key).catch(() => this.#told?.entry);
    } while (this.#isOvertaken && !this.#isOver);
    this.#isReading = false;
    // What has come into memory meanwhile is as new, or newer.
    this.#tell(this.#entries.resident(this.#key) ?? stored);
  }

  #tell(entry: EntryState<V> | undefined): void {
    if (this.#isOver) return;
    this.#arm(entry);
    const isKnown = this.#told !== undefined && isSame(this.#told.entry, entry);
    this.#told = { entry };
    if (!isKnown) this.#observer.next(entry && this.#entries.handOut(entry.value));
  }

  /** The end of a life is nothing that happens by itself: an entry that is stale stays in memory. */
  #arm(entry: EntryState<V> | undefined): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const endsAt = Math.min(entry?.expiresAt ?? Infinity, entry?.freshness?.until ?? Infinity);
    if (endsAt === Infinity) return;
    const { clock } = this.#entries;
    this.#timer = clock.schedule(() => this.look(), Math.max(1, endsAt - clock.now()));
  }
}

/** An object that was written again may have been changed in place; another that is equal tells nothing new. */
function isSame<V>(told: EntryState<V> | undefined, now: EntryState<V> | undefined): boolean {
  if (told === undefined || now === undefined) return told === now;
  if (told.version === now.version) return true;
  const isShared = told.value === now.value && typeof now.value === 'object' && now.value !== null;
  return !isShared && isDeepStrictEqual(told.value, now.value);
}
