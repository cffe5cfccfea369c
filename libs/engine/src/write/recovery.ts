import type { DeadLetterShelf } from './dead-letter-shelf.js';
import type { JournalRecord } from './journal.js';
import type { Ledger } from './ledger.js';
import { keyOf, pendingChange } from './pending-change.js';
import type { PendingWrites } from './pending-writes.js';

/** What a journal was found to hold. */
export interface Recovered {
  /** The changes that are to be stored, one per key. */
  readonly living: readonly JournalRecord[];
  /** The dead letters, one per key. */
  readonly dead: readonly JournalRecord[];
  /** What something newer of the same key, which is in the journal too, has made outdated. */
  readonly outdated: readonly JournalRecord[];
}

/** Finds out what still counts: of several records of a key the one of the largest version, and a dead letter until something newer is stored. */
export function sortOut(records: readonly JournalRecord[]): Recovered {
  const living = newestPerKey(records.filter(({ death }) => death === undefined));
  const dead = newestPerKey(records.filter(({ death }) => death !== undefined));
  for (const [key, record] of dead) if (isNewer(record, living.get(key))) living.delete(key);
  const kept = new Set([...living.values(), ...dead.values()]);
  return {
    living: [...living.values()],
    dead: [...dead.values()],
    outdated: records.filter((record) => !kept.has(record)),
  };
}

/** Where what was found goes. */
export interface Heirs {
  readonly pending: PendingWrites;
  readonly shelf: DeadLetterShelf;
  readonly ledger: Ledger;
  /** The time, in monotonic milliseconds. */
  readonly now: number;
}

/** Makes what was found pending, or dead letters again. What is pending already and newer stays. */
export function takeUp(records: readonly JournalRecord[], { pending, shelf, ledger, now }: Heirs): void {
  const { living, dead, outdated } = sortOut(records);
  ledger.release(outdated);
  for (const { operation, sequence, death } of [...living, ...dead]) {
    const change = pendingChange(operation, { since: now, sequence, isRecovered: true });
    const present = pending.get(change.key);
    if (death !== undefined) shelf.put(change, death);
    else if (present !== undefined && present.version >= change.version) ledger.release([change]);
    else ledger.release(pending.put(change));
  }
}

/** Which change of its key a record is; larger is later. */
export function versionOf({ operation }: JournalRecord): number {
  return operation.type === 'set' ? operation.row.version : operation.version;
}

function newestPerKey(records: readonly JournalRecord[]): Map<string, JournalRecord> {
  const newest = new Map<string, JournalRecord>();
  for (const record of records) {
    const key = keyOf(record.operation);
    if (isNewer(record, newest.get(key))) newest.set(key, record);
  }
  return newest;
}

function isNewer(record: JournalRecord, other: JournalRecord | undefined): boolean {
  if (other === undefined) return true;
  const ahead = versionOf(record) - versionOf(other);
  return ahead === 0 ? record.sequence > other.sequence : ahead > 0;
}
