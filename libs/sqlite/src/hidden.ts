import { randomUUID } from 'node:crypto';
import type { Patience } from './busy.js';
import { codeOf } from './client.js';
import type { Connection } from './connection.js';
import type { EntryTable, Namespace } from './entry-table.js';
import { nextTurn } from './turn.js';

/** Names that begin like this are no cache's: their rows are being gathered, or have been replaced. */
const HIDDEN = '\0';
const AFTER_HIDDEN = '\u0001';
const GATHERED = `${HIDDEN}gathered by `;
const REPLACED = `${HIDDEN}replaced `;

/** How many rows are removed at a time: a few milliseconds of work. */
const ROWS_PER_SLICE = 500;

export function isHidden(name: string): boolean {
  return name.startsWith(HIDDEN);
}

/** A name under which this process gathers rows. */
export function gatheringName(): string {
  return `${GATHERED}${process.pid} ${randomUUID()}`;
}

/** Takes the rows of a namespace out of sight, at once however many they are; the next to write begins anew. */
export function hide(table: EntryTable, namespace: number): void {
  table.renameNamespace(namespace, `${REPLACED}${randomUUID()}`);
}

/** Removes what is out of sight and nobody's any longer, the leftovers of processes that died included, in slices. */
export async function removeHidden(connection: Connection, patience: Patience): Promise<void> {
  const found = await connection.read((table) => table.namespacesBetween(HIDDEN, AFTER_HIDDEN), patience);
  for (const { id, name } of found.filter((each) => isLeftOver(each, connection))) {
    const removeSome = (table: EntryTable) => removeSlice(table, { id, name });
    while (await connection.write(removeSome, patience)) await nextTurn();
  }
}

/** Answers whether there is more. Another process may be removing the same, so the number may be somebody else's by now. */
function removeSlice(table: EntryTable, { id, name }: Namespace): boolean {
  if (table.findNamespace(name) !== id) return false;
  table.deleteSome(id, ROWS_PER_SLICE);
  if (table.count(id, 1) > 0) return true;
  table.invalidations.forget(id);
  table.removeNamespace(id);
  return false;
}

function isLeftOver({ name }: Namespace, { gathering }: Connection): boolean {
  if (!name.startsWith(GATHERED)) return true;
  const pid = Number.parseInt(name.slice(GATHERED.length), 10);
  return pid === process.pid ? !gathering.has(name) : !isRunning(pid);
}

/** Where this is wrong, as between containers that share a file, whoever gathers finds its rows gone, and says so. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
