import type {
  ApplyOptions,
  BackingStore,
  Clock,
  Invalidation,
  Operation,
  Row,
  StoreContext,
  StoreRole,
} from 'nuthatch/engine';
import { invalidationsIn, invalidationText, merged } from './invalidation-text.js';
import { cannotClearOne, cannotList, cannotReplaceAll } from './keyv-errors.js';
import { lastOfEachKey, newerThan } from './last-operations.js';
import { rowOf, textOf } from './row-text.js';
import type { TextEntry } from './texts.js';
import type { WatchedTexts } from './watched-texts.js';

const AT_A_TIME = 500;

/** What the stores of one factory share. */
export interface TextsLease {
  readonly texts: WatchedTexts;
  /** Whether no other cache uses them. */
  isExclusive(): boolean;
  enter(): void;
  leave(): Promise<void>;
}

/** The rows of one cache, as texts in somebody else's store. */
export class RowsInTexts implements BackingStore {
  readonly capabilities = { replaceAll: false };
  readonly #lease: TextsLease;
  readonly #texts: WatchedTexts;
  readonly #clock: Clock;
  readonly #prefix: string;
  #isOpen = false;
  /** Invalidations are one text: each reads what the one before it has written. */
  #invalidating: Promise<unknown> = Promise.resolve();

  constructor(
    lease: TextsLease,
    readonly role: StoreRole,
    { namespace, clock }: StoreContext,
  ) {
    this.#lease = lease;
    this.#texts = lease.texts;
    this.#clock = clock;
    this.#prefix = prefixOf(namespace);
  }

  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#lease.enter();
    this.#isOpen = true;
  }

  async get(key: string): Promise<Row | undefined> {
    const [row] = await this.getMany([key]);
    return row;
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const found = await this.#texts.getMany(keys.map((key) => this.#entry(key)));
    return keys.flatMap((key, index) => {
      const text = found[index];
      return text === undefined || text === null ? [] : [rowOf(key, text)];
    });
  }

  /** There are no transactions: where it rejects, some may be made. A cache makes up for that when the store is back. */
  async apply(operations: readonly Operation[], { onlyNewer = false }: ApplyOptions = {}): Promise<void> {
    const last = lastOfEachKey(onlyNewer ? await this.#newer(operations) : operations);
    const now = this.#clock.wallNow();
    const isOver = (row: Row): boolean => this.role === 'cache' && (row.expiresAt ?? Infinity) <= now;
    const gone = last.flatMap((each) => {
      if (each.type === 'set') return isOver(each.row) ? [each.row.key] : [];
      return [each.key];
    });
    const rows = last.flatMap((each) => (each.type === 'set' && !isOver(each.row) ? [each.row] : []));
    await this.#texts.deleteMany(gone.map((key) => this.#entry(key)));
    await this.#texts.setMany(rows.map((row) => this.#textEntry(row, now)));
  }

  async clear(): Promise<void> {
    if (this.#texts.keys === undefined) {
      if (!this.#lease.isExclusive()) throw cannotClearOne(this.#texts.name);
      return this.#texts.clear();
    }
    const keys = (await this.#listed('')).map((key) => `${this.#prefix}${key}`);
    for (let from = 0; from < keys.length; from += AT_A_TIME)
      await this.#texts.deleteMany(keys.slice(from, from + AT_A_TIME));
  }

  /** What they make gone stays until it expires or is overwritten; the cache does not show it. */
  async invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    const key = `${this.#prefix}i`;
    const write = async (): Promise<void> => {
      const [found] = await this.#texts.getMany([key]);
      const text = invalidationText(merged(invalidationsIn(key, found), invalidations));
      await this.#texts.setMany([{ key, text, ttlMs: undefined }]);
    };
    const written = this.#invalidating.then(write);
    this.#invalidating = written.catch(() => 'its caller is told');
    if (invalidations.length > 0) await written;
  }

  async invalidations(): Promise<readonly Invalidation[]> {
    const key = `${this.#prefix}i`;
    const [found] = await this.#texts.getMany([key]);
    return invalidationsIn(key, found);
  }

  /** As they stand when each is read: there is no moment of which all could be. */
  async rows(): Promise<readonly Row[]> {
    if (this.#texts.keys === undefined) throw cannotList(this.#texts.name, 'list its rows');
    const keys = await this.#listed('e:');
    const rows: Row[] = [];
    for (let from = 0; from < keys.length; from += AT_A_TIME)
      for (const row of await this.getMany(keys.slice(from, from + AT_A_TIME))) rows.push(row);
    return rows;
  }

  async replaceAll(): Promise<void> {
    throw cannotReplaceAll(this.#texts.name);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#lease.leave();
  }

  async #newer(operations: readonly Operation[]): Promise<readonly Operation[]> {
    const keys = [...new Set(operations.map((each) => (each.type === 'set' ? each.row.key : each.key)))];
    return newerThan(await this.getMany(keys), operations);
  }

  /** The keys of this cache of a kind, each once, as they are after its prefix. */
  async #listed(kind: string): Promise<string[]> {
    const begin = `${this.#prefix}${kind}`;
    const keys = new Set<string>();
    for await (const key of this.#texts.keys?.() ?? [])
      if (key.startsWith(begin)) keys.add(key.slice(begin.length));
    return [...keys];
  }

  #entry(key: string): string {
    return `${this.#prefix}e:${key}`;
  }

  /** What belongs to the record stays when it has expired. */
  #textEntry(row: Row, now: number): TextEntry {
    const { key, expiresAt } = row;
    const isKept = this.role === 'record' || expiresAt === undefined;
    const ttlMs = isKept ? undefined : Math.max(1, Math.ceil(expiresAt - now));
    return { key: this.#entry(key), text: textOf(row), ttlMs };
  }
}

/** Begins every key of a cache. Its length first: no name of a cache begins another. */
export function prefixOf(namespace: string): string {
  return `#${namespace.length}:${namespace}:`;
}
