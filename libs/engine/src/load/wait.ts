import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import { CacheError } from '../kernel/errors.js';
import { loadTimeout } from '../kernel/load-errors.js';
import type { Residents } from '../kernel/residents.js';
import type { Outcome } from './load-request.js';
import type { LoadTask } from './load-task.js';
import type { Rules } from './load-rules.js';
import type { Misses } from './misses.js';
import type { Reader } from './reader.js';
import type { Flight } from './single-flight.js';
import { untilLate } from './until-late.js';

/** What waiting works on. */
export interface WaitParts<V> {
  readonly residents: Residents<V>;
  readonly reader: Reader<V>;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
}

/** Who waits, for what, and for how long. */
export interface WaitFor<V> {
  readonly key: string;
  readonly rules: Rules;
  readonly flight: Flight<Outcome<V>, LoadTask<V>>;
  readonly missed: Misses;
  /** Lets this caller go. */
  readonly signal: AbortSignal | undefined;
  /** Called where this caller goes by its signal and was the last that waited. */
  readonly abandoned: () => void;
}

/** Waits for a load on behalf of a caller, and of others who want the same, and makes of its outcome what they get. */
export class Wait<V> {
  readonly #parts: WaitParts<V>;
  readonly #for: WaitFor<V>;
  readonly #answer: Promise<V>;
  #callers = 0;

  constructor(parts: WaitParts<V>, waitFor: WaitFor<V>) {
    this.#parts = parts;
    this.#for = waitFor;
    const answer = this.#answerWithin(waitFor.rules.softTimeoutMs);
    this.#answer = waitFor.signal === undefined ? answer : this.#leavable(answer, waitFor.signal);
  }

  /** One more waits. */
  join(): Promise<V> {
    const { flight, signal } = this.#for;
    this.#callers++;
    flight.task.callers.enter(signal);
    return this.#answer;
  }

  #leavable(answer: Promise<V>, signal: AbortSignal): Promise<V> {
    const { flight, abandoned } = this.#for;
    const leave = (): void => {
      if (flight.task.callers.leave(signal.reason)) abandoned();
    };
    signal.addEventListener('abort', leave, { once: true });
    return answer.finally(() => signal.removeEventListener('abort', leave));
  }

  async #answerWithin(softTimeoutMs: number): Promise<V> {
    const { flight, missed } = this.#for;
    try {
      return this.#given(await this.#patiently(softTimeoutMs));
    } catch (error) {
      const { former } = flight.task;
      if (former === undefined && error instanceof TooSlow) return this.#answerWithin(Infinity);
      missed.record(this.#callers);
      if (former === undefined || !this.#mayServe(error)) throw error;
      for (let caller = 0; caller < this.#callers; caller++)
        this.#parts.recorder.staleServed(this.#for.key, isTimeout(error) ? 'timeout' : 'error');
      return this.#parts.residents.handOut(former.value);
    }
  }

  #given(outcome: Outcome<V>): V {
    const { residents, reader } = this.#parts;
    const { key, missed } = this.#for;
    if (outcome.origin === 'backing') {
      const { found } = outcome;
      for (let caller = 0; caller < this.#callers; caller++) reader.countBehind(key, found);
      return residents.handOut(found.entry.value);
    }
    // Who waited for somebody else's load has missed as well.
    missed.record(this.#callers);
    return residents.handOut(outcome.value);
  }

  /** Who has gone by its own signal gets its reason; who waits too long a stale value, whatever the rules say of errors. */
  #mayServe(error: unknown): boolean {
    const { signal, rules } = this.#for;
    if (signal?.aborted === true) return false;
    return error instanceof TooSlow || rules.shouldServe(error);
  }

  /** The outcome of the flight, as long as it is waited for. */
  #patiently(softTimeoutMs: number): Promise<Outcome<V>> {
    const { clock } = this.#parts;
    const { key, rules, flight, signal } = this.#for;
    const { hardTimeoutMs } = rules;
    const isSoft = softTimeoutMs < hardTimeoutMs;
    // The flight itself ends at its own hard timeout.
    const isLimited = isSoft || hardTimeoutMs < flight.task.hardTimeoutMs;
    if (!isLimited && signal === undefined) return flight.result;
    const timeoutMs = isLimited ? Math.min(softTimeoutMs, hardTimeoutMs) : Infinity;
    const late = (): unknown => (isSoft ? new TooSlow() : loadTimeout(key, timeoutMs));
    return untilLate(flight.result, { clock, timeoutMs, late, signal });
  }
}

/** The soft timeout of a caller; never seen by anybody. */
class TooSlow extends Error {}

function isTimeout(error: unknown): boolean {
  return error instanceof TooSlow || (error instanceof CacheError && error.code === 'load_timeout');
}
