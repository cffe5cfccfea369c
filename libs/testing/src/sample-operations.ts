import type { Death, JournalRecord, Operation, Row } from 'nuthatch/engine';
import { type Comparable, plain, row } from './sample-rows.js';

/** A change that writes a row which has been written once and never expires, but for what is said. */
export function setting(key: string, rest: Partial<Row> = {}): Operation {
  return { type: 'set', row: row(key, rest) };
}

/** A change that deletes a key. */
export function deleting(key: string, version = 1): Operation {
  return { type: 'delete', key, version };
}

/** Why a change was given up, that often. */
export function death(attempts: number): Death {
  return {
    error: `refused ${attempts} times: é`,
    attempts,
    firstFailedAt: 1_800_000_000_000,
    lastFailedAt: 1_800_000_000_500,
  };
}

/** What of a change can be compared. */
export function comparable(
  operation: Operation,
): Operation | { readonly type: 'set'; readonly row: Comparable | undefined } {
  return operation.type === 'delete' ? { ...operation } : { type: 'set', row: plain(operation.row) };
}

/** What of changes can be compared, in their order. */
export function changesOf(records: readonly JournalRecord[]): ReturnType<typeof comparable>[] {
  return Array.from(records, ({ operation }) => comparable(operation));
}

/** The keys of changes, in their order. */
export function keysIn(records: readonly JournalRecord[]): string[] {
  return Array.from(records, ({ operation }) =>
    operation.type === 'set' ? operation.row.key : operation.key,
  );
}

/** The sequences of changes, in their order. */
export function sequencesOf(records: readonly JournalRecord[]): number[] {
  return Array.from(records, ({ sequence }) => sequence);
}
