import { type ByteSize, parseByteSize } from '../kernel/byte-size.js';
import { parseCount } from '../kernel/count.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import type { Partially, Problems } from '../kernel/problems.js';
import type { Durability, JournalFactory } from './journal.js';
import type { Overflow, WriteBackOptions } from './policy.js';

/** How a write-back policy gathers writes, and what they survive; a flush begins at whichever bound is reached first. */
export interface WriteBackSettings {
  /** How long a write waits at most before a flush begins; 1 second by default. */
  readonly flushInterval?: Duration | undefined;
  /** How many pending keys begin a flush at once, and are written in one transaction; 500 by default. */
  readonly flushCount?: number | undefined;
  /** How many bytes of pending values begin a flush at once; 4 MB by default. */
  readonly flushBytes?: ByteSize | undefined;
  /** How many keys may be pending; 10,000 by default. As many dead letters are kept beside them. */
  readonly maxPending?: number | undefined;
  /** How many bytes of pending keys and values there may be; 64 MB by default. */
  readonly maxPendingBytes?: ByteSize | undefined;
  /**
   * What happens to a write for which there is no room. `'block'`, the default: it waits until there is, however long the store is down.
   * `'writeThrough'`: it goes to the store itself, and fails where the store does. `'reject'`: it fails at once, with `too_many_pending`.
   */
  readonly overflow?: Overflow | undefined;
  /** How often a change that the store refuses while it takes others is tried, before it becomes a dead letter; 10 by default. */
  readonly maxAttempts?: number | undefined;
  /** Where changes are safe from when they are acknowledged until they are stored; in memory only by default. Needs a `store`. */
  readonly journal?: JournalFactory | undefined;
  /** What an acknowledged write survives; `'journal'` by default where a journal is given, else `'memory'`. */
  readonly durability?: Durability | undefined;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof WriteBackSettings, true>> = {
  flushInterval: true,
  flushCount: true,
  flushBytes: true,
  maxPending: true,
  maxPendingBytes: true,
  overflow: true,
  maxAttempts: true,
  journal: true,
  durability: true,
};
const OVERFLOWS: readonly Overflow[] = ['block', 'writeThrough', 'reject'];
const DURABILITIES: readonly Durability[] = ['memory', 'journal', 'fsync'];

/** The settings, checked and filled in; what is wrong with them is collected in `problems`. */
export function resolveWriteBack(
  settings: WriteBackSettings,
  problems: Problems,
): Partially<WriteBackOptions> {
  problems.checkNames(settings, KNOWN, 'writeBack.');
  const { flushInterval = 1000, flushCount = 500, flushBytes = '4mb' } = settings;
  const { maxPending = 10_000, maxPendingBytes = '64mb', maxAttempts = 10, overflow = 'block' } = settings;
  return {
    flushIntervalMs: problems.check(() => parseDuration('writeBack.flushInterval', flushInterval)),
    flushCount: problems.check(() => parseCount('writeBack.flushCount', flushCount)),
    flushBytes: problems.check(() => parseByteSize('writeBack.flushBytes', flushBytes)),
    maxPending: problems.check(() => parseCount('writeBack.maxPending', maxPending)),
    maxAttempts: problems.check(() => parseCount('writeBack.maxAttempts', maxAttempts)),
    maxPendingBytes: problems.check(() => parseByteSize('writeBack.maxPendingBytes', maxPendingBytes)),
    overflow: problems.check(() => parseChoice('writeBack.overflow', OVERFLOWS, overflow)),
    durability: problems.check(() => parseDurability(settings)),
  };
}

/** @throws CacheError `bad_option` where it is no factory, or where there is no store to which it could lead. */
export function parseJournal({ journal }: WriteBackSettings, hasStore: boolean): JournalFactory | undefined {
  if (journal === undefined) return undefined;
  if (!hasStore) throw badOption('store', 'given where writeBack.journal is', undefined);
  if (typeof journal?.create === 'function') return journal;
  throw badOption('writeBack.journal', 'a journal factory, such as fileJournal({ directory })', journal);
}

function parseDurability({ durability, journal }: WriteBackSettings): Durability {
  if (durability === undefined) return journal === undefined ? 'memory' : 'journal';
  const chosen = parseChoice('writeBack.durability', DURABILITIES, durability);
  if (chosen === 'memory' || journal !== undefined) return chosen;
  throw badOption('writeBack.journal', `given where writeBack.durability is '${chosen}'`, journal);
}

function parseChoice<T extends string>(option: string, known: readonly T[], chosen: T): T {
  if (known.includes(chosen)) return chosen;
  throw badOption(option, `one of ${known.join(', ')}`, chosen);
}
