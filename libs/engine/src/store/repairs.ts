import type { Invalidation } from '../kernel/invalidation.js';
import type { Operation, Row } from './backing-store.js';
import { keyOf, versionOf } from './holds.js';

/** What a listing of rows is laid over with: the repairs as they were when it began. */
export interface Overlay {
  /** The rows as they are once everything is repaired. */
  over(rows: readonly Row[]): readonly Row[];
  /** The rows that have not come; to be asked for at the end. */
  rest(): readonly Row[];
}

/**
 * What is to be made up for in a store: the last operation of each key that could not be made, and invalidations that it has not
 * remembered. Bounded: where it is full, everything in it is summed up in one invalidation of all rows that are as old.
 */
export class Repairs {
  readonly #limit: number;
  readonly #operations = new Map<string, Operation>();
  readonly #invalidations = new Map<string, Invalidation>();
  /** Rows of this version or an earlier one are gone, whatever the store answers. */
  #goneUpTo = -Infinity;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#operations.size + this.#invalidations.size;
  }

  /** Whether the store's answers are to be given as they are. */
  get isIdle(): boolean {
    return this.#operations.size === 0 && this.#goneUpTo === -Infinity;
  }

  get operations(): Iterable<Operation> {
    return this.#operations.values();
  }

  get invalidations(): readonly Invalidation[] {
    return [...this.#invalidations.values()];
  }

  /** Operations to be made later, as they are. */
  take(operations: readonly Operation[]): void {
    for (const operation of operations) this.#put(operation);
  }

  /** Operations of which nobody knows whether they were made: their keys are to be deleted. */
  undo(operations: readonly Operation[]): void {
    for (const operation of operations) this.#put(deletion(operation));
  }

  invalidate(invalidations: readonly Invalidation[]): void {
    for (const invalidation of invalidations) {
      const id = idOf(invalidation);
      this.#makeRoom(this.#invalidations.has(id));
      const version = Math.max(invalidation.version, this.#invalidations.get(id)?.version ?? 0);
      this.#invalidations.set(id, { ...invalidation, version });
    }
  }

  /** What the store is to hold of a key; `undefined` where it is as the store answers. */
  find(key: string): Operation | undefined {
    return this.#operations.get(key);
  }

  /** The row of a key as it is once everything is repaired. */
  over(key: string, row: Row | undefined): Row | undefined {
    const operation = this.#operations.get(key);
    if (operation !== undefined) return rowOf(operation);
    return row === undefined || row.version <= this.#goneUpTo ? undefined : row;
  }

  overlay(): Overlay {
    if (this.isIdle) return { over: (rows) => rows, rest: () => [] };
    const operations = new Map(this.#operations);
    const goneUpTo = this.#goneUpTo;
    const left = new Map(operations);
    return {
      over: (rows) =>
        rows.flatMap((row) => {
          const operation = operations.get(row.key);
          left.delete(row.key);
          if (operation?.type === 'set') return [operation.row];
          return operation === undefined && row.version > goneUpTo ? [row] : [];
        }),
      rest: () => Array.from(left.values(), rowOf).filter((row) => row !== undefined),
    };
  }

  /** The store has made operations: what is older of their keys needs no repair. */
  made(operations: readonly Operation[]): void {
    for (const operation of operations) {
      const key = keyOf(operation);
      const repair = this.#operations.get(key);
      if (repair !== undefined && versionOf(repair) <= versionOf(operation)) this.#operations.delete(key);
    }
  }

  /** The store has remembered invalidations. */
  remembered(invalidations: readonly Invalidation[]): void {
    for (const invalidation of invalidations) {
      const id = idOf(invalidation);
      const { version = Infinity } = this.#invalidations.get(id) ?? {};
      if (version <= invalidation.version) this.#invalidations.delete(id);
    }
  }

  /** Every row has been replaced. */
  reset(): void {
    this.#operations.clear();
    this.#invalidations.clear();
    this.#goneUpTo = -Infinity;
  }

  /** What was written before a later operation of the key came too late. */
  #put(operation: Operation): void {
    const key = keyOf(operation);
    const present = this.#operations.get(key);
    if (present !== undefined && versionOf(present) > versionOf(operation)) return;
    this.#makeRoom(present !== undefined);
    this.#operations.delete(key); // so that it stands where its last change was made
    this.#operations.set(key, operation);
  }

  #makeRoom(isPresent: boolean): void {
    if (isPresent || this.count < this.#limit) return;
    let version = Math.max(0, this.#goneUpTo);
    for (const operation of this.#operations.values()) version = Math.max(version, versionOf(operation));
    for (const invalidation of this.#invalidations.values())
      version = Math.max(version, invalidation.version);
    this.#operations.clear();
    this.#invalidations.clear();
    this.#goneUpTo = version;
    const everything: Invalidation = { scope: 'prefix', name: '', version };
    this.#invalidations.set(idOf(everything), everything);
  }
}

export function rowOf(operation: Operation): Row | undefined {
  return operation.type === 'set' ? operation.row : undefined;
}

/** As the operation, but that nothing is there afterwards. */
export function deletion(operation: Operation): Operation {
  return { type: 'delete', key: keyOf(operation), version: versionOf(operation) };
}

function idOf({ scope, name }: Invalidation): string {
  return `${scope} ${name}`;
}
