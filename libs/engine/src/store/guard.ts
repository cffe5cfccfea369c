import type { Clock } from '../kernel/clock.js';
import { badOption } from '../kernel/errors.js';
import type { BackingStore } from './backing-store.js';
import { Breaker } from './breaker.js';
import type { CallObserver } from './call.js';
import { Deadlines } from '../kernel/deadlines.js';
import type { ResolvedResilience } from './guard-options.js';
import { Holds } from './holds.js';
import { Recovery, type RecoveryObserver } from './recovery.js';
import { Repairs } from './repairs.js';
import { StoreCalls } from './store-calls.js';
import { Suspects } from './suspects.js';

/** How long after a repair has failed it is tried again, where no breaker says when the store may be back. */
const FIRST_PAUSE_MS = 5000;

/** Told how every call on a store ended, and how the store is. */
export interface StoreObserver extends CallObserver, RecoveryObserver {
  /** Writes whose callers were told that they took too long have ended now, one way or the other. */
  storeSettledLate(keys: readonly string[]): void;
  /** Something failed where no caller is told. */
  storeFailed(operation: string, thrown: unknown): void;
}

/** What the write policy in charge keeps by itself, and brings to the store in its own time. */
export interface Buffer {
  /** Whether it acknowledges writes before they are stored. */
  isBuffering(): boolean;
  /** Whether a change of the key waits, or is being written. */
  holds(key: string): boolean;
}

/** What a store is guarded with. */
export interface GuardParts {
  /** The name of the cache. */
  readonly name: string;
  readonly clock: Clock;
  readonly observer: StoreObserver;
  readonly resilience: ResolvedResilience;
  readonly buffer: Buffer;
}

/** The parts of a guard, put together. */
export interface Guard {
  readonly reads: Deadlines;
  readonly writes: Deadlines;
  readonly slowMs: number;
  readonly calls: StoreCalls;
  readonly repairs: Repairs;
  readonly suspects: Suspects;
  readonly recovery: Recovery;
  readonly breaker: Breaker | undefined;
}

/** @throws CacheError `bad_option` where writes that a store of the user's own does not have are to be acknowledged. */
export function guardOf(store: BackingStore, { name, clock, observer, resilience }: GuardParts): Guard {
  const { breaker: rules, maxRepairs, timeoutMs, whenDown, writeTimeoutMs } = resilience;
  if (whenDown === 'memory' && store.role === 'record')
    throw badOption('resilience.whenDown', "'refuse' where the store is of the role 'record'", whenDown);
  const reads = new Deadlines(clock, timeoutMs);
  const writes = new Deadlines(clock, writeTimeoutMs);
  const repairs = new Repairs(maxRepairs);
  const suspects = new Suspects(maxRepairs, (operations) => repairs.undo(operations));
  const breaker =
    rules &&
    new Breaker(rules, clock, {
      opened: (error) => {
        suspects.convict();
        recovery.opened(error);
      },
      closed: () => recovery.closed(),
    });
  const calls = new StoreCalls({ name, clock, observer, breaker, suspects, holds: new Holds() });
  const pauseMs = rules?.halfOpenAfterMs ?? FIRST_PAUSE_MS;
  const common = { clock, reads, writes, breaker, calls, repairs, suspects };
  const recovery: Recovery = new Recovery({
    ...common,
    store,
    observer,
    pauseMs,
    longestPauseMs: rules?.longestPauseMs,
  });
  return { ...common, recovery, slowMs: rules?.slowCallMs ?? Infinity };
}
