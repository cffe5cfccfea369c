import type { JournalRecord } from 'nuthatch/engine';
import type { Estate } from './estate.js';
import type { Ledger } from './ledger.js';
import type { Log } from './log.js';

/** How many changes are taken over at a time: a few milliseconds of work. */
const RECORDS_PER_SLICE = 500;

/** Who takes over. */
interface Taker {
  readonly log: Log;
  readonly ledger: Ledger;
  troubled(problem: Error): void;
}

/**
 * Writes what others have left to a journal, and removes it there. Should the process die in between, it is taken over once more; it is
 * never removed before it is written, and safe from a power cut.
 * @throws where it cannot be written; nothing was removed then.
 */
export async function inherit(
  { log, ledger, troubled }: Taker,
  estates: readonly Estate[],
): Promise<readonly JournalRecord[]> {
  const left = merged(estates.map(({ records }) => records));
  const taken: JournalRecord[] = [];
  for (let from = 0; from < left.length; from += RECORDS_PER_SLICE)
    taken.push(...(await ledger.inherit(left.slice(from, from + RECORDS_PER_SLICE))));
  if (left.length > 0) log.secure();
  for (const estate of estates) tryToRemove(estate, troubled);
  return taken;
}

/** What was left by one owner stays in its order; of the next of each, the change with the smallest version comes first. */
function merged(lines: readonly (readonly JournalRecord[])[]): JournalRecord[] {
  const [first = [], ...others] = lines.filter(({ length }) => length > 0);
  return others.reduce<JournalRecord[]>(mergeTwo, [...first]);
}

function mergeTwo(one: readonly JournalRecord[], other: readonly JournalRecord[]): JournalRecord[] {
  const both: JournalRecord[] = [];
  let at = 0;
  for (const record of one) {
    for (let next = other[at]; next !== undefined && versionOf(next) < versionOf(record); next = other[at]) {
      both.push(next);
      at += 1;
    }
    both.push(record);
  }
  return both.concat(other.slice(at));
}

function versionOf({ operation }: JournalRecord): number {
  return operation.type === 'set' ? operation.row.version : operation.version;
}

/** What stays is taken over once more by the next. */
function tryToRemove(estate: Estate, troubled: (problem: Error) => void): void {
  try {
    estate.remove();
  } catch (error) {
    estate.leave();
    troubled(error instanceof Error ? error : new Error(String(error)));
  }
}
