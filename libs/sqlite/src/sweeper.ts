import type { Invalidation } from 'nuthatch/engine';
import type { Patience } from './busy.js';
import type { Connection } from './connection.js';
import type { EntryTable } from './entry-table.js';
import { type Cursor, sweep } from './sweep.js';
import { nextTurn } from './turn.js';

/** How many rows are looked at by the write that records invalidations: enough for most tags. */
const ROWS_AT_ONCE = 100;

/** How many rows are looked at at a time: a few milliseconds of work. */
const ROWS_PER_SLICE = 500;

/** As many rows can be looked at in the time that an invalidation takes which finds none. */
const ROWS_PER_INVALIDATION = 5;

/** Deletes the rows that invalidations have made gone: few at once, more in slices between which the event loop runs. */
export class Sweeper {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #patience: Patience;
  #current: { readonly invalidation: Invalidation; readonly next: Cursor } | undefined;
  #isWanted = false;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(connection: Connection, namespace: string, patience: Patience) {
    this.#connection = connection;
    this.#namespace = namespace;
    // Rows that are left are out of sight, so nobody needs to wait for a lock.
    this.#patience = { ...patience, busyTimeoutMs: 0 };
  }

  /** Looks for what is pending, in the background. */
  start(): void {
    this.#isWanted = true;
    this.resume();
  }

  /** Goes on where a lock was in the way. */
  resume(): void {
    if (this.#isWanted && !this.#isStopped) this.#running ??= this.#run();
  }

  /** Nothing runs when it resolves, nor later. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false;
        if (await this.#sweepSome()) this.#isWanted = true;
        await nextTurn();
      }
    } catch {
      this.#isWanted = true; // the next write, or the next that opens the file, goes on
    } finally {
      this.#running = undefined;
    }
  }

  /** Answers whether there is more. Looking first spares everybody the lock, where there is nothing to do. */
  async #sweepSome(): Promise<boolean> {
    const look = (table: EntryTable) => pendingOf(table, this.#namespace) !== undefined;
    if (!(await this.#connection.read(look, this.#patience)) || this.#isStopped) return false;
    return this.#connection.write((table) => this.#slice(table), this.#patience);
  }

  /** Answers whether there is more. */
  #slice(table: EntryTable): boolean {
    for (let atMost = ROWS_PER_SLICE; atMost > 0;) {
      const looked = this.#sweepOne(table, atMost);
      if (looked === undefined) return false;
      atMost -= looked + ROWS_PER_INVALIDATION;
    }
    return true;
  }

  /** How many rows it looked at; `undefined` where nothing is pending. */
  #sweepOne(table: EntryTable, atMost: number): number | undefined {
    const found = pendingOf(table, this.#namespace);
    if (found === undefined || this.#isStopped) return undefined;
    const { namespace, invalidation } = found;
    const from = isSame(this.#current?.invalidation, invalidation) ? this.#current?.next : undefined;
    const { looked, next } = sweep(table, namespace, { invalidation, from, atMost });
    this.#current = next === undefined ? undefined : { invalidation, next };
    if (next === undefined) table.invalidations.settle(namespace, invalidation);
    return looked;
  }
}

/** Deletes rows that invalidations have made gone, as far as that is a short work. */
export function sweepAtOnce(
  table: EntryTable,
  namespace: number,
  invalidations: readonly Invalidation[],
): void {
  let atMost = ROWS_AT_ONCE;
  for (const invalidation of invalidations) {
    if (atMost <= 0) return;
    const { looked, next } = sweep(table, namespace, { invalidation, atMost });
    if (next === undefined) table.invalidations.settle(namespace, invalidation);
    atMost -= looked + 1;
  }
}

function pendingOf(
  table: EntryTable,
  name: string,
): { readonly namespace: number; readonly invalidation: Invalidation } | undefined {
  const namespace = table.findNamespace(name);
  const invalidation = namespace === undefined ? undefined : table.invalidations.pending(namespace);
  return namespace === undefined || invalidation === undefined ? undefined : { namespace, invalidation };
}

function isSame(one: Invalidation | undefined, other: Invalidation): boolean {
  return one?.scope === other.scope && one.name === other.name && one.version === other.version;
}
