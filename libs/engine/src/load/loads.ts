import { bulkhead } from 'cockatiel';
import { waitChannel } from '../diagnostics/channels.js';
import { traced } from '../diagnostics/traced.js';
import type { StaleReason } from '../events/cache-event.js';
import { Deadlines } from '../kernel/deadlines.js';
import type { EntryState } from '../kernel/entry.js';
import { badOption, closed } from '../kernel/errors.js';
import type { WriteOptions } from '../kernel/life.js';
import type { Random } from '../kernel/random.js';
import type { Ageing } from '../kernel/residents.js';
import { isStale, staleFor } from '../kernel/staleness.js';
import { isDueEarly } from './early-expiration.js';
import { LateLoads } from './late-loads.js';
import type { LoadRequest, Outcome } from './load-request.js';
import { LoadTask } from './load-task.js';
import type { LoadTaskParts } from './load-task-parts.js';
import { type CacheLoadRules, type Rules, rulesOf } from './load-rules.js';
import type { Loader, LoadOptions } from './loader.js';
import { Misses } from './misses.js';
import type { ShareTicket } from '../kernel/share-ticket.js';
import type { Reader } from './reader.js';
import { isDueAhead } from './refresh-ahead.js';
import { RememberedErrors } from './remembered-errors.js';
import { Setbacks } from './setbacks.js';
import { SingleFlight } from './single-flight.js';
import { Wait } from './wait.js';

/** What loads are made of. */
export interface LoadsParts<V> extends Omit<
  LoadTaskParts<V>,
  'bulkhead' | 'deadlines' | 'setbacks' | 'errors' | 'late'
> {
  readonly reader: Reader<V>;
  readonly random: Random;
  readonly loadRules: CacheLoadRules;
  /** What a call says of lives, with what is overridden around it. */
  readonly optionsOf: (options: WriteOptions<V> | undefined) => WriteOptions<V> | undefined;
  /** Whether callers may be given the same value. */
  readonly isShared: boolean;
}

/** What a caller asks for. */
export interface Asked<V> {
  readonly key: string;
  readonly loader: Loader<V>;
  readonly options?: LoadOptions<V> | undefined;
  /** Whether the store is known not to have the value. */
  readonly skipsStore?: boolean | undefined;
  /** What to show when the value is shared, where that was asked for already. */
  readonly ticketOfTier?: ShareTicket | undefined;
}

/** How a load is made for somebody who asks. */
type How<V> = Pick<LoadRequest<V>, 'rules' | 'former' | 'missed' | 'isBackground'>;

/**
 * Answers keys that are not fresh in memory by loading them: one load per key at a time. A stale value is served meanwhile, or where the
 * load fails, as far as the rules allow.
 */
export class Loads<V> {
  readonly #parts: LoadTaskParts<V> & LoadsParts<V>;
  readonly #flights: SingleFlight<Outcome<V>, LoadTask<V>>;
  /** Below which share of its life, at most, a value is refreshed; undefined where chance says, 0 where none is. */
  readonly #lateShare: number | undefined;
  #isStopped = false;

  constructor(parts: LoadsParts<V>) {
    const { clock, loadRules, fencing } = parts;
    this.#parts = {
      ...parts,
      bulkhead: bulkhead(loadRules.maxLoads, loadRules.maxQueuedLoads),
      deadlines: new Deadlines(clock, loadRules.hardTimeoutMs),
      setbacks: new Setbacks(clock),
      errors: new RememberedErrors(clock),
      late: new LateLoads(),
    };
    this.#flights = new SingleFlight(fencing);
    const { refreshAhead = [], earlyExpiration } = loadRules;
    const widest = Math.max(0, ...refreshAhead.map(({ below }) => below));
    this.#lateShare = earlyExpiration === undefined ? widest : undefined;
  }

  /** The value of a key that was not fresh in memory. Who wants nothing but the value waits with others who do, where there are any. */
  load(asked: Asked<V>): Promise<V> {
    const { key, options } = asked;
    const task = options === undefined ? this.#flights.running(key)?.task : undefined;
    if (task?.plain !== undefined) return this.#wait(task, key, task.plain);
    try {
      return this.#load(asked);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Whether a value that was hit may be due to be loaded anew, by the rules of the cache. */
  mayBeDue(memory: { isLate(slot: number, share: number): boolean }, slot: number): boolean {
    return this.#lateShare === undefined || memory.isLate(slot, this.#lateShare);
  }

  /** Whether hits are to be looked at. */
  get watchesHits(): boolean {
    return this.#lateShare !== 0;
  }

  /** To be told of a hit: begins to load the value anew where that is due. */
  hit(asked: Asked<V>, ageing: Ageing): void {
    const rules = this.#rulesOf(asked.options);
    if (!this.#isDue(rules, ageing)) return;
    this.#refresh(asked, rules, this.#parts.residents.readKept(asked.key));
  }

  /** Lets all go who wait, and tells the loaders that run that nobody wants their results any more. */
  stop(): void {
    this.#isStopped = true;
    for (const task of this.#flights.tasks()) task.stop(closed('the cache'));
    this.#parts.late.stop(closed('the cache'));
    this.#parts.deadlines.end();
  }

  #load(asked: Asked<V>): Promise<V> {
    const { residents, recorder, isShared } = this.#parts;
    const { key, options } = asked;
    assertSignal(options?.signal);
    const rules = this.#rulesOf(options);
    const former = residents.readKept(key);
    const served = this.#served(asked, rules, former);
    if (served !== undefined) return Promise.resolve(served.value);
    const missed = new Misses(key, recorder);
    const joined = this.#watchedFlight(key);
    const flight = this.#join(asked, { rules, former, missed, isBackground: false });
    const abandoned = (): void => this.#flights.abandon(key, flight.task);
    const waitFor = { key, rules, flight, missed, signal: options?.signal, abandoned };
    const wait = new Wait<V>(this.#parts, waitFor);
    if (options === undefined && isShared && wait.isPatient) flight.task.plain ??= wait;
    return this.#wait(joined, key, wait);
  }

  /** The load that a caller is about to wait for, where somebody wants to know. */
  #watchedFlight(key: string): LoadTask<V> | undefined {
    return waitChannel.hasSubscribers ? this.#flights.running(key)?.task : undefined;
  }

  /** Waits for a load, of which somebody is told where another caller has begun it. */
  #wait(task: LoadTask<V> | undefined, key: string, wait: { join(): Promise<V> }): Promise<V> {
    if (task === undefined || !waitChannel.hasSubscribers) return wait.join();
    const { recorder, clock } = this.#parts;
    const facts = { cache: recorder.name, isBackground: false, key, load: task.operation };
    return traced(waitChannel, { clock, facts }, () => wait.join());
  }

  /** An error that is given again for a while, unless a stale value is to hide it. */
  #throwRemembered(key: string, rules: Rules, former: EntryState<V> | undefined): void {
    const remembered = this.#parts.errors.of(key);
    if (remembered === undefined || (former !== undefined && rules.shouldServe(remembered.error))) return;
    this.#parts.recorder.miss(key);
    throw remembered.error;
  }

  #rulesOf(options: LoadOptions<V> | undefined): Rules {
    const { loadRules, optionsOf } = this.#parts;
    const applied = optionsOf(options);
    if (applied === undefined) return loadRules;
    return rulesOf(applied === options ? options : { ...options, ...applied }, loadRules);
  }

  #isDue({ refreshAhead, earlyExpiration }: Rules, ageing: Ageing): boolean {
    if (refreshAhead !== undefined && isDueAhead(refreshAhead, ageing)) return true;
    return earlyExpiration !== undefined && isDueEarly(earlyExpiration, ageing, this.#parts.random);
  }

  /** A value that is fresh after all, or stale and to be served although it is. @throws an error that is given again for a while. */
  #served(asked: Asked<V>, rules: Rules, kept: EntryState<V> | undefined): { readonly value: V } | undefined {
    const { clock, reader } = this.#parts;
    if (kept !== undefined && !isStale(kept, clock.now()))
      return { value: reader.foundResident(asked.key, kept) };
    this.#throwRemembered(asked.key, rules, kept);
    return kept && this.#servedStale(asked, rules, kept);
  }

  #servedStale(asked: Asked<V>, rules: Rules, kept: EntryState<V>): { readonly value: V } | undefined {
    const { clock, setbacks } = this.#parts;
    if (setbacks.isPaused(asked.key)) return this.#serve(asked.key, kept, 'backoff');
    if (staleFor(kept, clock.now()) >= rules.staleMs) return undefined;
    this.#refresh(asked, rules, kept);
    return this.#serve(asked.key, kept, 'revalidating');
  }

  /** Its failure is recorded where it happens; nobody waits for it. */
  #refresh(asked: Asked<V>, rules: Rules, former: EntryState<V> | undefined): void {
    const { key } = asked;
    if (this.#isStopped || this.#parts.setbacks.isPaused(key) || this.#flights.running(key) !== undefined)
      return;
    const { task, result } = this.#join(asked, {
      rules,
      former,
      missed: new Misses(key),
      isBackground: true,
    });
    task.callers.enter();
    result.catch(() => undefined);
  }

  #join({ key, loader, options, skipsStore = false, ticketOfTier }: Asked<V>, how: How<V>) {
    const { rules, former, missed, isBackground } = how;
    // Written out: a spread takes several times as long.
    const asked = { key, loader, options, skipsStore, ticketOfTier, rules, former, missed, isBackground };
    return this.#flights.join(key, () => new LoadTask<V>(this.#parts, asked));
  }

  #serve(key: string, stale: EntryState<V>, reason: StaleReason): { readonly value: V } {
    const { recorder, residents } = this.#parts;
    recorder.staleServed(key, reason);
    return { value: residents.handOut(stale.value) };
  }
}

/** @throws its reason where it is aborted already, CacheError `bad_option` where it is none. */
function assertSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (!(signal instanceof AbortSignal)) throw badOption('signal', 'an AbortSignal', signal);
  signal.throwIfAborted();
}
