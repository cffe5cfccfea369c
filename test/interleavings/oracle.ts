import { CacheError, type StoreRole } from 'nuthatch/engine';
import { PlannedFailure } from './actors.js';
import { type Call, describe, show } from './history.js';
import type { Deed } from './steps.js';
import type { Value } from './value.js';

/** What is to be held against a cache. */
export interface Standards {
  readonly role: StoreRole | undefined;
  /** Whether entries may go without anybody's call. */
  readonly entriesGo: boolean;
  /** Whether `getOrLoad` may answer what is stale. */
  readonly servesStale: boolean;
  /** The codes of errors that callers may get. */
  readonly mayFail: readonly string[];
}

/** After these nobody may see what was there before. */
const FLOORS: ReadonlySet<Deed> = new Set<Deed>([
  'set', 'setMany', 'runSet', 'runDelete', 'delete', 'deleteMany', 'expire', 'clear', 'restore',
  'invalidateTags', 'bumpVersion', 'invalidateMatching',
]); // prettier-ignore
const INVALIDATIONS: ReadonlySet<Deed> = new Set<Deed>([
  'invalidateTags',
  'bumpVersion',
  'invalidateMatching',
]);
/** These make a cache over the user's own database read it again, and change nothing in it. */
const REREADS: ReadonlySet<Deed> = new Set<Deed>([...INVALIDATIONS, 'clear', 'expire']);
const SETS: ReadonlySet<Deed> = new Set<Deed>(['set', 'setMany']);
const READS: ReadonlySet<Deed> = new Set<Deed>(['get', 'getMany', 'load', 'loadMany']);
/** After these an entry that was set may be missing. */
const REMOVALS: ReadonlySet<Deed> = new Set<Deed>([...FLOORS, 'undo', 'redo']);

/** Judges a run: every breach in a line, none where all is well. */
export function breachesOf(calls: readonly Call[], standards: Standards): string[] {
  return new Judge(calls, standards).breaches();
}

class Judge {
  readonly #calls: readonly Call[];
  readonly #standards: Standards;
  readonly #makers = new Map<number, Call>();

  constructor(calls: readonly Call[], standards: Standards) {
    this.#calls = calls;
    this.#standards = standards;
    for (const call of calls)
      if (SETS.has(call.step.does) || call.step.does === 'runSet')
        for (const id of call.values) this.#makers.set(id, call);
  }

  breaches(): string[] {
    return this.#calls.flatMap((call) => [...this.#endOf(call), ...this.#readsOf(call)]);
  }

  #endOf(call: Call): string[] {
    const { outcome, error } = call;
    if (outcome === 'pending') return [`left pending: ${describe(call)}`];
    if (outcome === 'done' || error instanceof PlannedFailure) return [];
    const isExpected = error instanceof CacheError && this.#standards.mayFail.includes(error.code);
    return isExpected ? [] : [`failed: ${describe(call)}`];
  }

  #readsOf(read: Call): string[] {
    if (!READS.has(read.step.does)) return [];
    return Array.from(read.read, ([key, value]) => this.#judge(read, key, value)).flat();
  }

  #judge(read: Call, key: string, value: Value | undefined): string[] {
    const before = this.#calls.filter((call) => isOver(call) && endOf(call) < read.begin);
    if (value === undefined) return before.filter((set) => this.#isMissed(read, key, set)).map((set) => `lost: ${describe(read)} after ${describe(set)}`); // prettier-ignore
    const old = before.filter((floor) => this.#isOld(value, floor, read));
    return old.map((floor) => `old: ${describe(read)} saw ${show(value)} after ${describe(floor)}`);
  }

  /** Whether a value should no longer be seen after `floor`. */
  #isOld(value: Value, floor: Call, read: Call): boolean {
    const { does } = floor.step;
    if (!FLOORS.has(does) || !covers(floor, value) || this.#latest(value, floor) >= floor.begin) return false;
    if (does === 'restore' && (floor.snapshot === undefined || floor.values.has(value.id))) return false;
    if (does === 'expire' && (this.#mayBeStale(read, value) || this.#isInvalidatedBeside(read, value)))
      return false;
    return !this.#calls.some((call) =>
      mayBringBack(call, value, { floor, read, role: this.#standards.role }),
    );
  }

  /** What has expired is kept for loads that fail, or take their time where that is allowed. */
  #mayBeStale({ step }: Call, { key }: Value): boolean {
    if (step.does !== 'load' && step.does !== 'loadMany') return false;
    if (this.#standards.servesStale) return true;
    return this.#calls.some((call) => call.step.does === 'load' && call.step.key === key && call.step.manner === 'fails'); // prettier-ignore
  }

  /** To expire what is being invalidated does nothing; who reads beside the invalidation may still see it. */
  #isInvalidatedBeside(read: Call, value: Value): boolean {
    const beside = (call: Call): boolean => call.begin < endOf(read) && endOf(call) > read.begin;
    return this.#calls.some(
      (call) => INVALIDATIONS.has(call.step.does) && beside(call) && covers(call, value),
    );
  }

  /** Up to when a value may be said to have been read, or given. */
  #latest(value: Value, floor: Call): number {
    const maker = this.#makers.get(value.id);
    if (this.#standards.role === 'record' && REREADS.has(floor.step.does)) {
      // What waits to be stored is what the user's database will hold.
      if (maker !== undefined && value.readAt === undefined) return Infinity;
      const read = value.readAt ?? value.at;
      return this.#calls.some((call) => isStep(call) && endOf(call) > read) ? Infinity : read;
    }
    // Commands have a queue of their own.
    return value.by === 'command' ? (maker?.end ?? Infinity) : value.at;
  }

  #isMissed(read: Call, key: string, set: Call): boolean {
    if (this.#standards.entriesGo || set.outcome !== 'done' || !SETS.has(set.step.does)) return false;
    if (!keysOf(set).includes(key)) return false;
    return !this.#calls.some(
      (call) => REMOVALS.has(call.step.does) && call !== set && endOf(call) > set.begin && call.begin < endOf(read) && !(SETS.has(call.step.does)),
    ); // prettier-ignore
  }
}

/** Undo and redo write what was read before, and that is what the user's database then holds. */
function isStep({ step }: Call): boolean {
  return step.does === 'undo' || step.does === 'redo';
}

interface Sight {
  readonly floor: Call;
  readonly read: Call;
  readonly role: StoreRole | undefined;
}

/** Undo puts back what a change has replaced, and never what was invalidated; a restore, what is in its snapshot. */
function mayBringBack(call: Call, value: Value, { floor, read, role }: Sight): boolean {
  if (endOf(call) < floor.begin || call.begin > endOf(read)) return false;
  if (call.step.does === 'restore') return call.values.has(value.id);
  if (!isStep(call)) return false;
  return role === 'record' || !INVALIDATIONS.has(floor.step.does);
}

/** An invalidation holds in this process even where its store fails. */
function isOver({ step, outcome }: Call): boolean {
  return outcome === 'done' || (outcome === 'failed' && INVALIDATIONS.has(step.does));
}

function endOf({ end }: Call): number {
  return end ?? Infinity;
}

function keysOf({ step }: Call): readonly string[] {
  if ('keys' in step) return step.keys;
  return 'key' in step ? [step.key] : [];
}

function covers(floor: Call, { key, tags }: Value): boolean {
  const { step } = floor;
  if (step.does === 'clear' || step.does === 'restore') return true;
  if (step.does === 'invalidateTags') return tags.some((tag) => step.tags.includes(tag));
  if (step.does === 'bumpVersion') return key.startsWith(`${step.name}:`);
  if (step.does === 'invalidateMatching') return matches(step.name, key);
  return keysOf(floor).includes(key);
}

/** For the few patterns of the steps. */
function matches(pattern: string, key: string): boolean {
  return new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(key);
}
