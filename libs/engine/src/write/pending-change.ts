import type { Operation } from '../store/backing-store.js';
import type { Pause } from '../kernel/pause.js';

/** What the store has made so far of a change that it refuses. */
export interface Refusals {
  readonly attempts: number;
  readonly error: unknown;
  /** Epoch milliseconds. */
  readonly firstAt: number;
  /** Epoch milliseconds. */
  readonly lastAt: number;
  /** Before the next attempt. */
  readonly pause: Pause;
  /** When that is, in monotonic milliseconds. */
  readonly nextAt: number;
}

/** A change on its way to the store. */
export interface PendingChange {
  readonly operation: Operation;
  readonly key: string;
  readonly version: number;
  readonly bytes: number;
  /** Since when its key has been waiting, in monotonic milliseconds. */
  readonly since: number;
  /** Where it stands in the journal, if there is one. */
  readonly sequence: number | undefined;
  /** Whether the store may have it already, or something newer: it was found in a journal, or among the dead letters. */
  readonly isRecovered: boolean;
  /** Set where the store refuses it while it takes others. */
  readonly refusals: Refusals | undefined;
}

/** Where a change comes from. */
export type Origin = Pick<PendingChange, 'since' | 'sequence' | 'isRecovered'>;

/** A change that nobody has tried to store yet. */
export function pendingChange(operation: Operation, { since, sequence, isRecovered }: Origin): PendingChange {
  const { key, version } = operation.type === 'set' ? operation.row : operation;
  const bytes = bytesOf(operation);
  return { operation, key, version, bytes, since, sequence, isRecovered, refusals: undefined };
}

/** The key that an operation changes. */
export function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}

/** What an operation takes in memory, about: a character counts as one byte. */
export function bytesOf(operation: Operation): number {
  if (operation.type === 'delete') return operation.key.length;
  const { key, value } = operation.row;
  return key.length + (typeof value === 'string' ? value.length : value.byteLength);
}

/** The last operation of each key, in the order of these. */
export function lastPerKey(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length < 2) return operations;
  const last = new Map<string, Operation>();
  for (const operation of operations) {
    const key = keyOf(operation);
    last.delete(key);
    last.set(key, operation);
  }
  return last.size === operations.length ? operations : [...last.values()];
}
