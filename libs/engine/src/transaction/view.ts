import type { Change } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { isStale } from '../kernel/staleness.js';
import type { Asked } from '../load/loads.js';
import { findOrLoadMany, type ManyRequest } from '../load/many.js';
import { applyDraft } from './application.js';
import { Draft } from './draft.js';
import { PrivateLoads } from './private-loads.js';
import type { Step } from './step.js';
import type { Checked, Clearable, Underlying } from './underlying.js';

/** A key as far as it is known without a store. */
type Known<V> =
  | { readonly kind: 'own'; readonly entry: EntryState<V> }
  | { readonly kind: 'resident' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

/** One cache as a transaction sees it: its own changes over what is there; and what waits for its end. */
export class View<V> {
  readonly #under: Underlying<V>;
  readonly #draft: Draft<V>;
  readonly #fencing: ReturnType<Underlying<V>['ownFencing']>;
  #loads: PrivateLoads<V> | undefined;

  constructor(under: Underlying<V>, around: View<V> | undefined) {
    const { isRecord, fencing, validity } = under;
    this.#under = under;
    this.#fencing = under.ownFencing();
    const parts = { isRecord, fencing, ownFencing: this.#fencing, blank: () => validity.blank() };
    this.#draft = new Draft(parts, around === undefined ? undefined : around.#draft);
  }

  async find(key: string): Promise<V | undefined> {
    return (await this.findMany([key])).get(key);
  }

  /** @param missed told each of those that have no value. */
  async findMany(
    keys: readonly string[],
    missed = (key: string): undefined => this.#under.missed(key),
  ): Promise<Map<string, V>> {
    const values = new Map<string, V>();
    const unknown: string[] = [];
    for (const key of new Set(keys)) {
      const known = this.#known(key);
      if (known.kind === 'unknown') unknown.push(key);
      else if (known.kind === 'absent') missed(key);
      else if (known.kind === 'resident') values.set(key, this.#under.hit(key));
      else values.set(key, this.#under.residents.handOut(known.entry.value));
    }
    if (unknown.length === 0) return values;
    return new Map([...values, ...(await this.#findBehind(unknown, missed))]);
  }

  async has(key: string): Promise<boolean> {
    return (await this.count([key])) > 0;
  }

  /** How many of the keys have an entry. What is known at the call counts as it was then. */
  async count(keys: readonly string[]): Promise<number> {
    const known = keys.map((key) => this.#known(key).kind);
    const unknown = keys.filter((_, index) => known[index] === 'unknown');
    const present = known.filter((kind) => kind === 'own' || kind === 'resident').length;
    return unknown.length === 0 ? present : present + (await this.#countBehind(unknown));
  }

  /** The value of a key, loaded for this transaction alone where nobody has one. */
  async load(asked: Asked<V>): Promise<V> {
    const { key } = asked;
    const found = await this.findMany([key], () => undefined);
    // It is there; it may be undefined.
    return found.has(key) ? (found.get(key) as V) : this.#load(asked);
  }

  loadMany(keys: readonly string[], request: ManyRequest<V>): Promise<Map<string, V>> {
    const port = {
      find: (asked: readonly string[]) => this.findMany(asked, () => undefined),
      load: (key: string, loader: Asked<V>['loader'], options: Asked<V>['options']) =>
        this.#load({ key, loader, options }),
      forget: () => undefined,
    };
    return findOrLoadMany(port, keys, request);
  }

  /** Writes when the transaction has ended. */
  async set(entries: readonly (readonly [key: string, entry: EntryState<V>])[]): Promise<void> {
    this.#put(entries);
  }

  /** Deletes when the transaction has ended; answers how many of the keys have an entry now. */
  async delete(keys: readonly string[]): Promise<number> {
    // Counted as of now, deleted from now on, also where nobody waits for the count.
    const counting = this.count(keys);
    this.#put(keys.map((key) => [key, undefined] as const));
    return counting;
  }

  async apply(changes: readonly Change<V>[]): Promise<void> {
    this.#put(changes);
  }

  invalidate({ targets, event, keys, marks }: Checked): void {
    this.#take({ hides: { keys, marks }, run: () => this.#under.invalidate(targets, event) });
  }

  async clear(options: Clearable): Promise<void> {
    this.#draft.take({
      hides: { keys: [], marks: [{ scope: 'prefix', name: '' }] },
      dropsWrites: this.#under.clearsAll(options),
      run: () => this.#under.clear(options),
      instead: { matching: ['*'] },
    });
  }

  /** Makes a value stale when the transaction has ended; answers whether it is fresh now. */
  async expire(key: string): Promise<boolean> {
    const counting = this.count([key]);
    const run = (): Promise<unknown> => this.#under.expire(key);
    const isLate = this.#under.hasTier;
    this.#take({ hides: { keys: [key], marks: [] }, run, isLate, instead: { keys: [key] } });
    return (await counting) > 0;
  }

  /** @throws CacheError `apply_failed` where the user's own data is lost. */
  commit(): Promise<void> {
    return applyDraft(this.#under, this.#draft);
  }

  absorb(inner: View<V>): void {
    this.#draft.absorb(inner.#draft);
  }

  end(): void {
    this.#draft.release();
    this.#loads?.end();
  }

  /** The cache is closing. */
  stop(): void {
    this.#loads?.stop();
  }

  #known(key: string): Known<V> {
    const own = this.#draft.own(key);
    if (own?.entry !== undefined && this.#isFresh(own.entry)) return { kind: 'own', entry: own.entry };
    if (own !== undefined) return { kind: 'absent' };
    const resident = this.#under.residents.read(key);
    const isThere = resident !== undefined && !this.#draft.hides(key, resident);
    return { kind: isThere ? 'resident' : 'unknown' };
  }

  #isFresh(entry: EntryState<V>): boolean {
    const now = this.#under.clock.now();
    return entry.expiresAt > now && !isStale(entry, now);
  }

  /** What may have been read within the transaction of a database is not for others: it does not come into memory. */
  async #findBehind(keys: readonly string[], missed: (key: string) => undefined): Promise<Map<string, V>> {
    if (!this.#isJudged) return this.#under.findMany(keys, missed);
    const values = new Map<string, V>();
    const entries = await this.#visible(keys);
    for (const key of keys) {
      const entry = entries.get(key);
      if (entry === undefined) missed(key);
      else values.set(key, this.#under.residents.handOut(entry.value));
    }
    return values;
  }

  async #countBehind(keys: readonly string[]): Promise<number> {
    if (this.#under.isRecord || !this.#isJudged) return this.#under.count(keys);
    return (await this.#visible(keys)).size;
  }

  /** Whether what is stored is to be looked at by itself. */
  get #isJudged(): boolean {
    return this.#under.isRecord || this.#draft.hidesEntries;
  }

  async #visible(keys: readonly string[]): Promise<Map<string, EntryState<V>>> {
    const visible = new Map<string, EntryState<V>>();
    for (const [key, entry] of await this.#under.behind(keys))
      // Rows of the user's own data are never gone by an invalidation.
      if (this.#under.isRecord || !this.#draft.hides(key, entry)) visible.set(key, entry);
    return visible;
  }

  #load(asked: Asked<V>): Promise<V> {
    this.#loads ??= new PrivateLoads(this.#under, this.#draft, this.#fencing);
    return this.#loads.load({ ...asked, skipsStore: true });
  }

  #put(changes: readonly Change<V>[]): void {
    for (const change of changes) this.#under.assertStorable(change);
    for (const [key, entry] of changes) this.#draft.put(key, entry);
    const dependents = this.#under.dependentsOf(changes.map(([key]) => key));
    if (dependents.length > 0) this.#take({ hides: { keys: dependents, marks: [] } });
  }

  /** What is invalidated goes, and what was written before with it; rows of the user's own data stay. */
  #take(step: Omit<Step, 'dropsWrites'>): void {
    this.#draft.take({ ...step, dropsWrites: !this.#under.isRecord });
  }
}
