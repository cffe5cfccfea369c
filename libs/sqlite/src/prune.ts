import type { EntryTable } from './entry-table.js';

/** How much a namespace may hold. */
export interface Limits {
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Whether there is anything to keep within. */
export function areSet({ maxRows, maxBytes }: Limits): boolean {
  return maxRows !== Infinity || maxBytes !== Infinity;
}

/** Deletes what was written longest ago until the namespace is within its limits. */
export function prune(table: EntryTable, namespace: number, limits: Limits): void {
  if (!areSet(limits)) return;
  const { maxRows, maxBytes } = limits;
  let { rows, bytes } = table.usage(namespace);
  if (rows <= maxRows && bytes <= maxBytes) return;
  const victims: number[] = [];
  for (const oldest of table.oldestFirst(namespace)) {
    if (rows <= maxRows && bytes <= maxBytes) break;
    victims.push(oldest.id);
    rows -= 1;
    bytes -= oldest.bytes;
  }
  for (const id of victims) table.remove(id);
}
