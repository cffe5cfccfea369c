import { turnOfTheLoop } from '../kernel/clock.js';
import type { Judged, Validity } from '../kernel/invalidation.js';

/** So many entries are looked at before the event loop has its turn. */
const SLICE = 1000;
/** So many keys are named. */
const MOST_NAMED = 100;

/** What an invalidation would do. */
export interface DryRun {
  /** How many entries would be gone. */
  readonly keys: number;
  /** The first 100 of their keys, in no order. */
  readonly sample: readonly string[];
}

/** An entry as it is judged. */
export interface Candidate extends Judged {
  readonly key: string;
}

/** Where entries are looked for. */
export interface DryRunParts {
  /** Those in memory that are there. */
  readonly resident: Iterable<Candidate>;
  /** Those in the store that are there and not in memory. */
  readonly stored: AsyncIterable<readonly Candidate[]>;
}

/** Counts the entries that would be gone, and changes nothing. @param validity knows of the invalidation that is tried, and of no other. */
export async function dryRun({ resident, stored }: DryRunParts, validity: Validity): Promise<DryRun> {
  const sample: string[] = [];
  let keys = 0;
  const look = ({ key, ...entry }: Candidate): void => {
    if (validity.isCurrent(key, entry)) return;
    keys++;
    if (sample.length < MOST_NAMED) sample.push(key);
  };
  let left = SLICE;
  for (const candidate of resident) {
    look(candidate);
    if (--left > 0) continue;
    await turnOfTheLoop();
    left = SLICE;
  }
  for await (const page of stored) page.forEach(look);
  return { keys, sample };
}
