import type { Clock } from '../kernel/clock.js';
import { counted } from '../kernel/errors.js';

/** What can be wrong with a cache that serves all the same. */
export type CacheProblemKind =
  | 'flush_failing'
  | 'store_down'
  | 'store_failing'
  | 'shared_tier_down'
  | 'shared_tier_failing'
  | 'bus_unlinked'
  | 'dead_letters';

/** Something that is wrong with a cache, and what to do about it. */
export interface CacheProblem {
  readonly kind: CacheProblemKind;
  /** What is wrong, and what to do; names no key. */
  readonly advice: string;
  /** What was thrown last; may name a key, a host or a user, so it is for the log. `undefined` where nothing was. */
  readonly error: string | undefined;
  /** How long it has been so; `undefined` of dead letters, each of which tells its own time. */
  readonly forMs: number | undefined;
}

/** The store of a cache: `'up'`, `'failing'` where the last call on it failed, `'down'` where it is left alone for a while. */
export type StoreState = 'up' | 'failing' | 'down';

/** How a cache is: `'up'`, `'degraded'` where it serves but its store or its flushes fail, or where there are dead letters, `'down'` once it is closed. */
export interface CacheHealth {
  readonly status: 'up' | 'degraded' | 'down';
  /** Entries in memory. */
  readonly items: number;
  /** Writes that are not in the store yet. */
  readonly dirtyWritesPending: number;
  /** The first of {@link problems} in one sentence, with what was thrown; `undefined` when all is well. May name a key. */
  readonly problem: string | undefined;
  /** Everything that is wrong, what matters most first. */
  readonly problems: readonly CacheProblem[];
  /** The share of reads that found a value, since the cache was opened; `undefined` before the first read. */
  readonly hitRatio: number | undefined;
  /** How full memory is: entries and bytes, and the larger of the two shares of what may be there. */
  readonly memory: {
    readonly items: number;
    readonly maxItems: number;
    readonly bytes: number;
    readonly maxBytes: number;
    readonly usedShare: number;
  };
  /** `undefined` where there is neither a store nor anything shared. */
  readonly store: StoreHealth | undefined;
}

/** How the store of a cache is, and what waits for it; where it has none, this is about the shared tier, or the bus. */
export interface StoreHealth {
  readonly name: string;
  readonly state: StoreState;
  /** How long the oldest write that is not stored has been waiting; 0 where there is none. */
  readonly oldestPendingMs: number;
  /** Changes that the store has missed while it was down, and that will be made up for. */
  readonly repairsPending: number;
  /** Writes that it has refused for good; see `cache.deadLetters`. */
  readonly deadLetters: number;
  /** What is not let go of in the journal, and its size on disk; both 0 where there is none. */
  readonly journalDepth: number;
  readonly journalBytes: number;
}

/** `'store'`: single calls on it; `'tier'`: whether it is asked at all. */
type Watched = 'store' | 'flush' | 'tier' | 'shared' | 'shared_down' | 'bus';

interface Trouble {
  readonly error: string;
  readonly since: number;
}

/** Remembers the last failure of store and flush until the same thing works again. */
export class HealthRecord {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #troubles = new Map<Watched, Trouble>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** What does not work, what matters most first; a flush that failed matters as long as writes wait for one. */
  problems(pendingWrites: number, deadLetters = 0): readonly CacheProblem[] {
    const problems = [
      pendingWrites > 0 && this.#problem('flush', 'flush_failing', flushAdvice(pendingWrites)),
      this.#problem('tier', 'store_down', DOWN),
      !this.#troubles.has('tier') && this.#problem('store', 'store_failing', FAILING),
      this.#problem('shared_down', 'shared_tier_down', SHARED_DOWN),
      !this.#troubles.has('shared_down') && this.#problem('shared', 'shared_tier_failing', SHARED_FAILING),
      this.#problem('bus', 'bus_unlinked', UNLINKED),
      deadLetters > 0 && deadLettersLeft(deadLetters),
    ];
    return problems.filter((problem) => problem !== undefined && problem !== false);
  }

  failed(what: Watched, error: string): void {
    const since = this.#troubles.get(what)?.since ?? this.#clock.now();
    this.#troubles.set(what, { error, since });
  }

  worked(what: Watched): void {
    this.#troubles.delete(what);
  }

  /** Whether it failed when it was asked last. */
  isTroubled(what: Watched): boolean {
    return this.#troubles.has(what);
  }

  /** Whether calls on the store fail, or are not made. */
  storeState(isDown: boolean): StoreState {
    if (isDown || this.#troubles.has('tier')) return 'down';
    return this.#troubles.has('store') ? 'failing' : 'up';
  }

  #problem(what: Watched, kind: CacheProblemKind, advice: string): CacheProblem | undefined {
    const trouble = this.#troubles.get(what);
    return trouble && { kind, advice, error: trouble.error, forMs: this.#clock.now() - trouble.since };
  }
}

const DOWN =
  'the store is down: it is left alone for a while and tried again by itself; see whether it runs, can be reached, and has room';
const FAILING = 'the last call on the store failed; see whether it runs, can be reached, and has room';

const SHARED_DOWN =
  'the shared tier is down: the cache goes on without it, and makes up for what it has missed; see whether it runs, can be reached, takes writes, and has room';
const SHARED_FAILING =
  'the last call on the shared tier failed; see whether it runs, can be reached, takes writes, and has room';
const UNLINKED =
  'other processes cannot be heard: memory is trusted for a moment only, and the shared tier is not read; see whether it runs and can be reached';

function flushAdvice(pendingWrites: number): string {
  return `${counted(pendingWrites, 'write')} could not be flushed and will be tried again; see whether the store runs, and takes writes`;
}

function deadLettersLeft(count: number): CacheProblem {
  const advice = `the store has refused ${counted(count, 'write')} for good; look at cache.deadLetters.list(), then retry or discard`;
  return { kind: 'dead_letters', advice, error: undefined, forMs: undefined };
}
