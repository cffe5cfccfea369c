import { storeChannel } from '../diagnostics/channels.js';
import { traced } from '../diagnostics/traced.js';
import type { CacheError } from '../kernel/errors.js';
import { storeClogged, storeDown } from '../kernel/store-errors.js';
import type { Operation } from './backing-store.js';
import { type Admission } from './breaker.js';
import { Call, type Desk, type Task } from './call.js';
import type { Deadlines } from '../kernel/deadlines.js';
import { keyOf } from './holds.js';

/** So many calls may be unanswered beyond their deadlines; then others are refused, since each of them takes memory. */
const MOST_LATE = 1000;

/**
 * Makes the calls on a store: none holds its caller longer than its deadline, and none is made while the breaker is open. A write that is
 * late holds up later ones of the same keys until it has ended, so that it cannot land after them.
 */
export class StoreCalls {
  readonly #desk: Desk;

  constructor(parts: Omit<Desk, 'late'>) {
    this.#desk = { ...parts, late: 0 };
  }

  run<T>(task: Task<T>): Promise<T> {
    if (!storeChannel.hasSubscribers) return this.#run(task);
    const { name: cache, clock } = this.#desk;
    const { operation, key, keys, isBackground = false } = task;
    const facts = { cache, isBackground, operation, key, keys };
    return traced(storeChannel, { clock, facts }, () => this.#run(task));
  }

  /** Those operations with which no write under way, and none that may still land, has anything in common. */
  free(operations: Iterable<Operation>, writes: Deadlines): Operation[] {
    const { holds } = this.#desk;
    const busy = new Set<string>();
    for (const call of writes) {
      const footprint = call instanceof Call ? call.footprint : undefined;
      if (footprint === 'everything') return [];
      for (const operation of footprint ?? []) busy.add(keyOf(operation));
    }
    return [...operations].filter(
      (operation) => !busy.has(keyOf(operation)) && holds.conflictWith([operation]) === undefined,
    );
  }

  #run<T>(task: Task<T>): Promise<T> {
    const admission = this.#admit();
    if (admission === undefined) return this.#refuse(task);
    const call = new Call(this.#desk, task, admission);
    call.begin();
    return call.promise;
  }

  #admit(): Admission | undefined {
    const { breaker, late } = this.#desk;
    if (late >= MOST_LATE) return undefined;
    return breaker === undefined ? 'call' : breaker.admit();
  }

  #refuse<T>({ describe, failed }: Task<T>): Promise<T> {
    const error = this.#refusal(describe());
    this.#desk.observer.storeRejected();
    failed?.(error);
    return Promise.reject(error);
  }

  #refusal(operation: string): CacheError {
    const { breaker, late } = this.#desk;
    if (breaker === undefined || late >= MOST_LATE) return storeClogged(operation, late);
    return storeDown(operation, breaker.leftMs, breaker.error);
  }
}
