import { bulkhead } from 'cockatiel';
import type { StaleReason } from '../events/cache-event.js';
import type { EntryState } from '../kernel/entry.js';
import { closed } from '../kernel/errors.js';
import { loadTimeout } from '../kernel/load-errors.js';
import type { Random } from '../kernel/random.js';
import type { Ageing } from '../kernel/residents.js';
import { isDueEarly } from './early-expiration.js';
import { type LoadRequest, LoadTask, type LoadTaskParts, type Outcome } from './load-task.js';
import { type CacheLoadRules, type Rules, rulesOf } from './load-rules.js';
import type { Loader, LoadOptions } from './loader.js';
import type { Reader } from './reader.js';
import { isDueAhead } from './refresh-ahead.js';
import { RememberedErrors } from './remembered-errors.js';
import { Setbacks } from './setbacks.js';
import { type Flight, SingleFlight } from './single-flight.js';
import { isStale, staleFor } from '../kernel/staleness.js';
import { untilLate } from './until-late.js';

/** What loads are made of. */
export interface LoadsParts<V> extends Omit<LoadTaskParts<V>, 'bulkhead' | 'setbacks' | 'errors'> {
  readonly reader: Reader<V>;
  readonly random: Random;
  readonly loadRules: CacheLoadRules;
}

/** What a caller asks for. */
export interface Asked<V> {
  readonly key: string;
  readonly loader: Loader<V>;
  readonly options?: LoadOptions<V> | undefined;
  /** Whether the store is known not to have the value. */
  readonly skipsStore?: boolean | undefined;
}

/** A caller that waits for a flight. */
interface Waiting<V> {
  readonly asked: Asked<V>;
  readonly rules: Rules;
  readonly flight: Flight<Outcome<V>, LoadTask<V>>;
  readonly missed: () => void;
}

/**
 * Answers keys that are not fresh in memory by loading them: one load per key at a time. A stale value is served meanwhile, or where the
 * load fails, as far as the rules allow.
 */
export class Loads<V> {
  readonly #parts: LoadTaskParts<V> & LoadsParts<V>;
  readonly #flights: SingleFlight<Outcome<V>, LoadTask<V>>;
  /** Whether every hit is to be looked at, since values are refreshed before they expire. */
  readonly watchesHits: boolean;

  constructor(parts: LoadsParts<V>) {
    const { clock, loadRules, fencing } = parts;
    const lane = bulkhead(loadRules.maxLoads, loadRules.maxQueuedLoads);
    const [setbacks, errors] = [new Setbacks(clock), new RememberedErrors(clock)];
    this.#parts = { ...parts, bulkhead: lane, setbacks, errors };
    this.#flights = new SingleFlight(fencing);
    this.watchesHits = renewsEarly(loadRules);
  }

  /** The value of a key that was not fresh in memory. */
  async load(asked: Asked<V>): Promise<V> {
    const { key, options } = asked;
    options?.signal?.throwIfAborted();
    const rules = this.#rulesOf(options);
    const kept = this.#parts.residents.readKept(key);
    const served = kept && this.#serveAtOnce(asked, rules, kept);
    if (served !== undefined) return served.value;
    const remembered = this.#parts.errors.of(key);
    if (remembered !== undefined) {
      this.#parts.recorder.miss(key);
      throw remembered.error;
    }
    const missed = once(() => this.#parts.recorder.miss(key));
    const flight = this.#join(asked, { rules, former: kept, missed });
    return this.#stay({ asked, rules, flight, missed });
  }

  /** To be told of a hit, where {@link watchesHits} or the call has options: begins to load the value anew where that is due. */
  hit(asked: Asked<V>, ageing: () => Ageing): void {
    const { key, options } = asked;
    const rules = this.#rulesOf(options);
    if (!renewsEarly(rules) || !this.#isDue(rules, ageing())) return;
    this.#refresh(asked, { rules, former: this.#parts.residents.readKept(key) });
  }

  /** Tells the loaders that run that nobody wants their results any more. */
  stop(): void {
    for (const task of this.#flights.tasks()) task.abort(closed('the cache'));
  }

  #rulesOf(options: LoadOptions<V> | undefined): Rules {
    const { loadRules } = this.#parts;
    return options === undefined ? loadRules : rulesOf(options, loadRules);
  }

  #isDue({ refreshAhead, earlyExpiration }: Rules, ageing: Ageing): boolean {
    if (refreshAhead !== undefined && isDueAhead(refreshAhead, ageing)) return true;
    return earlyExpiration !== undefined && isDueEarly(earlyExpiration, ageing, this.#parts.random);
  }

  /** A value that is fresh after all, or stale and to be served although it is. */
  #serveAtOnce(asked: Asked<V>, rules: Rules, kept: EntryState<V>): { readonly value: V } | undefined {
    const { clock, setbacks, reader } = this.#parts;
    const now = clock.now();
    if (!isStale(kept, now)) return { value: reader.foundResident(asked.key, kept) };
    if (setbacks.isPaused(asked.key)) return { value: this.#serve(asked.key, kept, 'backoff') };
    if (staleFor(kept, now) >= rules.staleMs) return undefined;
    this.#refresh(asked, { rules, former: kept });
    return { value: this.#serve(asked.key, kept, 'revalidating') };
  }

  /** Its failure is recorded where it happens; nobody waits for it. */
  #refresh(asked: Asked<V>, how: Pick<LoadRequest<V>, 'rules' | 'former'>): void {
    const { key } = asked;
    if (this.#parts.setbacks.isPaused(key) || this.#flights.running(key) !== undefined) return;
    const { task, result } = this.#join(asked, { ...how, missed: () => undefined });
    task.enter(undefined);
    result.catch(() => undefined);
  }

  #join(asked: Asked<V>, how: Pick<LoadRequest<V>, 'rules' | 'former' | 'missed'>) {
    const { key, loader, options, skipsStore = false } = asked;
    const request = { key, loader, options, skipsStore, ...how };
    return this.#flights.join(key, () => new LoadTask<V>(this.#parts, request));
  }

  /** Waits, and where this caller goes by its own signal and is the last that waits, aborts the load. */
  #stay(waiting: Waiting<V>): Promise<V> {
    const { asked, flight } = waiting;
    const signal = asked.options?.signal;
    flight.task.enter(signal);
    if (signal === undefined) return this.#wait(waiting);
    const leave = (): void => {
      if (flight.task.leave(signal.reason)) this.#flights.abandon(asked.key, flight.task);
    };
    signal.addEventListener('abort', leave, { once: true });
    return this.#wait(waiting).finally(() => signal.removeEventListener('abort', leave));
  }

  async #wait(waiting: Waiting<V>): Promise<V> {
    const { asked, rules, flight, missed } = waiting;
    const { reader, residents } = this.#parts;
    try {
      const outcome = await this.#patiently(waiting);
      if (outcome.origin === 'backing') return reader.foundBehind(asked.key, outcome.found);
      // Who waited for somebody else's load has missed as well.
      missed();
      return residents.handOut(outcome.value);
    } catch (error) {
      const { former } = flight.task;
      if (former === undefined && error instanceof TooSlow)
        return this.#wait({ ...waiting, rules: { ...rules, softTimeoutMs: Infinity } });
      missed();
      if (former === undefined || !this.#mayServe(waiting, error)) throw error;
      return this.#serve(asked.key, former, isTimeout(error) ? 'timeout' : 'error');
    }
  }

  /** Who has gone by its own signal gets its reason; who waits too long a stale value, whatever the rules say of errors. */
  #mayServe({ asked, rules }: Waiting<V>, error: unknown): boolean {
    if (asked.options?.signal?.aborted === true) return false;
    return error instanceof TooSlow || rules.shouldServe(error);
  }

  /** The outcome of a flight, as long as this caller waits for it. */
  #patiently({ asked, rules, flight }: Waiting<V>): Promise<Outcome<V>> {
    const { clock } = this.#parts;
    const { softTimeoutMs, hardTimeoutMs } = rules;
    const signal = asked.options?.signal;
    const isSoft = softTimeoutMs < hardTimeoutMs;
    // The flight itself ends at its own hard timeout.
    const isLimited = isSoft || hardTimeoutMs < flight.task.hardTimeoutMs;
    const timeoutMs = isLimited ? Math.min(softTimeoutMs, hardTimeoutMs) : Infinity;
    const late = (): unknown => (isSoft ? new TooSlow() : loadTimeout(asked.key, timeoutMs));
    return untilLate(flight.result, { clock, timeoutMs, late, signal });
  }

  #serve(key: string, stale: EntryState<V>, reason: StaleReason): V {
    const { recorder, residents } = this.#parts;
    recorder.staleServed(key, reason);
    return residents.handOut(stale.value);
  }
}

/** The soft timeout of a caller; never seen by anybody. */
class TooSlow extends Error {}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof TooSlow || (error instanceof Error && 'code' in error && error.code === 'load_timeout')
  );
}

function renewsEarly({ refreshAhead, earlyExpiration }: Rules): boolean {
  return refreshAhead !== undefined || earlyExpiration !== undefined;
}

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (!hasRun) run();
    hasRun = true;
  };
}
