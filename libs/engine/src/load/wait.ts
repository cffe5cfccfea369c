import type { StaleReason } from '../events/cache-event.js';
import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import { CacheError } from '../kernel/errors.js';
import { loadTimeout } from '../kernel/load-errors.js';
import type { Residents } from '../kernel/residents.js';
import { staleFor } from '../kernel/staleness.js';
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
  readonly #since: number;
  readonly #answer: Promise<V>;
  #callers = 0;
  /** Whether a stale value is to be served as soon as there is one. */
  #isSoftOver = false;
  #hasSeenStale = false;

  constructor(parts: WaitParts<V>, waitFor: WaitFor<V>) {
    this.#parts = parts;
    this.#for = waitFor;
    this.#since = this.isPatient ? 0 : parts.clock.now();
    const answer = this.#answerInTime();
    this.#answer = waitFor.signal === undefined ? answer : this.#leavable(answer, waitFor.signal);
  }

  /** Whether it ends with its flight, and never before. */
  get isPatient(): boolean {
    const { rules, flight, signal } = this.#for;
    const { former, asksStore, hardTimeoutMs } = flight.task;
    const mayBeServedStale = former !== undefined || asksStore;
    const isImpatient = rules.softTimeoutMs !== Infinity || rules.staleMs > 0;
    return signal === undefined && rules.hardTimeoutMs >= hardTimeoutMs && !(mayBeServedStale && isImpatient);
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

  async #answerInTime(): Promise<V> {
    try {
      return this.#given(await this.#outcome());
    } catch (error) {
      const former = this.#servable();
      const reason = former && this.#reasonToServe(former, error);
      if (former !== undefined && reason !== undefined) return this.#serve(former, reason);
      if (error instanceof Impatience) return this.#answerInTime();
      this.#for.missed.record(this.#callers);
      throw error;
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

  /** What is still kept of the last value. */
  #servable(): EntryState<V> | undefined {
    const { former } = this.#for.flight.task;
    return former !== undefined && former.expiresAt > this.#parts.clock.now() ? former : undefined;
  }

  /** Who has gone by its own signal gets its reason; who waits too long a stale value, whatever the rules say of errors. */
  #reasonToServe(former: EntryState<V>, error: unknown): StaleReason | undefined {
    const { signal, rules } = this.#for;
    if (signal?.aborted === true) return undefined;
    if (!(error instanceof Impatience)) {
      if (!rules.shouldServe(error)) return undefined;
      return isLoadTimeout(error) ? 'timeout' : 'error';
    }
    if (this.#isSoftOver) return 'timeout';
    return staleFor(former, this.#parts.clock.now()) < rules.staleMs ? 'revalidating' : undefined;
  }

  #serve(former: EntryState<V>, reason: StaleReason): V {
    const { recorder, residents } = this.#parts;
    // Those who waited for the load have missed.
    if (reason !== 'revalidating') this.#for.missed.record(this.#callers);
    for (let caller = 0; caller < this.#callers; caller++) recorder.staleServed(this.#for.key, reason);
    return residents.handOut(former.value);
  }

  /** The outcome of the flight, as long as it is waited for. @throws Impatience where a stale value is to be looked for. */
  #outcome(): Promise<Outcome<V>> {
    const { flight, signal } = this.#for;
    if (this.isPatient) return flight.result;
    const { timeoutMs, late } = this.#limit();
    const outcome = untilLate(flight.result, { clock: this.#parts.clock, timeoutMs, late, signal });
    if (this.#hasSeenStale || flight.task.former !== undefined) return outcome;
    return Promise.race([outcome, flight.task.staleFound.then(() => this.#staleSeen())]);
  }

  #staleSeen(): never {
    this.#hasSeenStale = true;
    throw new Impatience();
  }

  /** What comes first: the soft time-out, or the hard one. The flight itself ends at its own. */
  #limit(): { readonly timeoutMs: number; readonly late: () => unknown } {
    const { key, rules, flight } = this.#for;
    const waitedMs = this.#parts.clock.now() - this.#since;
    const softMs = this.#isSoftOver ? Infinity : rules.softTimeoutMs - waitedMs;
    const hardMs =
      rules.hardTimeoutMs < flight.task.hardTimeoutMs ? rules.hardTimeoutMs - waitedMs : Infinity;
    const late = (): unknown => {
      if (hardMs <= softMs) return loadTimeout(key, rules.hardTimeoutMs);
      this.#isSoftOver = true;
      return new Impatience();
    };
    return { timeoutMs: Math.max(0, Math.min(softMs, hardMs)), late };
  }
}

/** Makes a wait look whether there is a stale value now; never seen by anybody else. */
class Impatience extends Error {}

function isLoadTimeout(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'load_timeout';
}
