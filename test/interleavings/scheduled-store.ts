import {
  type Invalidation,
  jsonCodec,
  MapStore,
  type Operation,
  type Row,
  type StoreRole,
} from 'nuthatch/engine';
import type { Turns } from './turns.js';
import type { Moments, Value } from './value.js';

/**
 * A store whose every call waits for two turns: one before anything happens, one before the caller is told. In the role `'record'` a row says when it
 * was read.
 */
export class ScheduledStore extends MapStore {
  readonly rowsByKey: Map<string, Row>;
  readonly #turns: Turns;
  readonly #moments: Moments;
  #failing = 0;

  constructor(role: StoreRole, parts: { readonly turns: Turns; readonly moments: Moments }) {
    const rows = new Map<string, Row>();
    super({ role }, rows);
    this.rowsByKey = rows;
    this.#turns = parts.turns;
    this.#moments = parts.moments;
  }

  /** What the store has under a key. */
  stored(key: string): Value | undefined {
    const row = this.rowsByKey.get(key);
    // Nothing else is put into it.
    return row && (jsonCodec.decode(row.value) as Value);
  }

  /** So many of the next calls fail: every other one before it has done anything, the others afterwards. */
  failNext(calls: number): void {
    this.#failing = calls;
  }

  /** Somebody else writes to the user's database. */
  writeBeside(value: Value): void {
    const { key } = value;
    const version = this.rowsByKey.get(key)?.version ?? 1;
    this.rowsByKey.set(key, {
      key,
      value: jsonCodec.encode(value),
      version,
      tags: value.tags,
      expiresAt: undefined,
    });
  }

  override get(key: string): Promise<Row | undefined> {
    return this.#call(`get ${key}`, async () => this.#read(await super.get(key)));
  }

  override getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const read = async () => (await super.getMany(keys)).flatMap((row) => this.#read(row) ?? []);
    return this.#call(`getMany ${keys.join()}`, read);
  }

  override apply(operations: readonly Operation[]): Promise<void> {
    return this.#call(`apply ${operations.length}`, () => super.apply(operations));
  }

  override clear(): Promise<void> {
    return this.#call('clear', () => super.clear());
  }

  override invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.#call(`invalidate ${invalidations.length}`, () => super.invalidate(invalidations));
  }

  override rows(): Promise<readonly Row[]> {
    return this.#call('rows', () => super.rows());
  }

  override replaceAll(pages: AsyncIterable<readonly Row[]>): Promise<void> {
    return this.#call('replaceAll', () => super.replaceAll(pages));
  }

  async #call<T>(name: string, call: () => Promise<T>): Promise<T> {
    await this.#turns.take(`store: ${name}`);
    const failing = this.#failing > 0 ? this.#failing-- : 0;
    if (failing % 2 === 1) throw new Error(`${name} is refused`);
    const answer = await call();
    await this.#turns.take(`store answers ${name}`);
    if (failing > 0) throw new Error(`the connection was lost during ${name}`);
    return answer;
  }

  #read(row: Row | undefined): Row | undefined {
    if (row === undefined || this.role === 'cache') return row;
    const value = { ...(jsonCodec.decode(row.value) as Value), readAt: this.#moments.next() };
    return { ...row, value: jsonCodec.encode(value) };
  }
}
