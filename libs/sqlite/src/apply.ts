import type { Operation, Row } from 'nuthatch/engine';
import type { EntryTable } from './entry-table.js';
import { bytesOf } from './stored-row.js';

/** Where operations go, and how heavy a row may be. A row that is too heavy goes without taking the others along; what was there is outdated. */
export interface Target {
  readonly namespace: number;
  readonly maxBytes: number;
}

/** Applies operations in order. */
export function applyAll(table: EntryTable, target: Target, operations: readonly Operation[]): void {
  const rows = rowsOf(operations, target);
  if (rows.length === operations.length) table.writer.putAll(target.namespace, rows);
  else applyLast(table, target, operations);
}

/** The rows that are set, and not too heavy. */
function rowsOf(operations: readonly Operation[], target: Target): readonly Row[] {
  const rows: Row[] = [];
  for (const operation of operations)
    if (operation.type === 'set' && !isTooHeavy(operation.row, target)) rows.push(operation.row);
  return rows;
}

/** Applies operations; of those of one key, only the last is seen by the table, so that all deletions can come first. */
function applyLast(table: EntryTable, target: Target, operations: readonly Operation[]): void {
  const kept = new Map<string, Row>();
  const gone = new Set<string>();
  for (const operation of operations) {
    const key = keyOf(operation);
    if (operation.type === 'set' && !isTooHeavy(operation.row, target)) {
      gone.delete(key);
      kept.delete(key);
      kept.set(key, operation.row);
    } else {
      kept.delete(key);
      gone.add(key);
    }
  }
  for (const key of gone) table.delete(target.namespace, key);
  table.writer.putAll(target.namespace, [...kept.values()]);
}

/** Applies, one after the other, the operations that are newer than what is there. */
export function applyNewer(table: EntryTable, target: Target, operations: readonly Operation[]): void {
  for (const operation of operations) {
    if (operation.type === 'set' && !isTooHeavy(operation.row, target)) {
      table.writer.putNewer(target.namespace, operation.row);
    } else {
      const { version } = operation.type === 'set' ? operation.row : operation;
      table.deleteOlder(target.namespace, keyOf(operation), version);
    }
  }
}

function isTooHeavy(row: Row, { maxBytes }: Target): boolean {
  return maxBytes !== Infinity && bytesOf(row) > maxBytes;
}

function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}
