import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence, Fencing } from '../kernel/fencing.js';
import type { WriteOptions } from '../kernel/life.js';
import type { LoadFindings, LoadTicket } from '../kernel/load-ticket.js';
import type { Residents } from '../kernel/residents.js';
import type { Callers } from './callers.js';
import { RunningLoad } from './load-context.js';
import type { LoadRequest } from './load-request.js';
import type { ShareTicket } from '../kernel/share-ticket.js';
import type { Permits } from '../store/permits.js';
import type { RememberedErrors } from './remembered-errors.js';
import type { Setbacks } from './setbacks.js';

/** Keeps the results of loaders. */
export interface LoadKeeper<V> {
  prepareLoad(key: string, options: WriteOptions<V> | undefined): LoadTicket<V>;
  /** Keeps a loaded entry while the fence holds, and nothing newer was loaded; answers whether it did. */
  keepLoaded(key: string, entry: EntryState<V>, held: Held): boolean;
}

/** What is held while a loader runs. */
export interface Held {
  readonly fence: Fence;
  /** What to show when the value is shared; nothing where it is not to be. */
  readonly ticketOfTier?: ShareTicket | undefined;
}

/** What the run of a loader works on. */
export interface LoaderRunParts<V> {
  readonly residents: Residents<V>;
  readonly keeper: LoadKeeper<V>;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
  readonly setbacks: Setbacks;
  readonly errors: RememberedErrors;
  readonly permits: Permits | undefined;
}

/** What is known when a loader begins. */
interface Start<V> extends Held {
  /** What is still kept of the last value. */
  readonly former: EntryState<V> | undefined;
}

/** Asks a loader once, and keeps what it answers. */
export class LoaderRun<V> {
  /** Whether its callers were let go: what it throws then matters to nobody. */
  isLate = false;
  /** Whether its result is not to be kept, whatever it is. */
  isForgotten = false;
  readonly #parts: LoaderRunParts<V>;
  readonly #request: LoadRequest<V>;
  readonly #callers: Callers;
  #former: EntryState<V> | undefined;
  #ticket: LoadTicket<V> | undefined;

  constructor(parts: LoaderRunParts<V>, request: LoadRequest<V>, callers: Callers) {
    this.#parts = parts;
    this.#request = request;
    this.#callers = callers;
    this.#former = request.former;
  }

  /** Nothing before it has begun. */
  get ticket(): LoadTicket<V> | undefined {
    return this.#ticket;
  }

  /** Draws the version of what will be loaded. */
  prepare(): LoadTicket<V> {
    const { key, options } = this.#request;
    return (this.#ticket = this.#parts.keeper.prepareLoad(key, options));
  }

  /** Where there is an old value to serve meanwhile, the next attempt waits. */
  setBack(): void {
    if (this.#former !== undefined) this.#parts.setbacks.failed(this.#request.key);
  }

  /** Calls one of both in the end; never rejects. */
  async begin(
    start: Start<V>,
    answered: (value: V) => void,
    failed: (error: unknown) => void,
  ): Promise<void> {
    const { clock, recorder, residents } = this.#parts;
    const { key, loader } = this.#request;
    const startedAt = clock.now();
    this.#former = start.former;
    let ticket: LoadTicket<V> | undefined;
    try {
      ticket = this.prepare();
      const context = new RunningLoad(key, start.former, { clock, callers: this.#callers, residents });
      recorder.loadStarted(key);
      const value = await loader(context);
      this.#keep(value, { context, ticket, held: start, loadMs: clock.now() - startedAt });
      answered(value);
    } catch (error) {
      if (ticket !== undefined) {
        recorder.loadFailed(key, error, clock.now() - startedAt);
        if (start.fence.holds() && !this.isLate) this.#remember(error, ticket);
      }
      failed(error);
    }
  }

  #keep(value: V, { context, ticket, held, loadMs }: Loaded<V>): void {
    const { recorder, setbacks } = this.#parts;
    const { key } = this.#request;
    const isKept = !this.isForgotten && !context.isSkipped && this.#request.options?.unless?.(value) !== true;
    const entry = isKept ? ticket.entryOf(value, this.#findings(value, context, loadMs)) : undefined;
    recorder.loadEnded(key, loadMs, this.#callers.count);
    setbacks.worked(key);
    if (entry === undefined) this.#giveBack(held);
    else this.#keepEntry(entry, held);
    if (this.#former !== undefined) recorder.refreshed(key, loadMs, !context.isUnmodified);
  }

  #keepEntry(entry: EntryState<V>, held: Held): void {
    const { keeper, recorder } = this.#parts;
    const { key } = this.#request;
    if (keeper.keepLoaded(key, entry, held)) return;
    recorder.loadFenced(key);
    this.#giveBack(held);
  }

  /** There is nothing to share. */
  #giveBack({ ticketOfTier }: Held): void {
    if (ticketOfTier !== undefined) this.#parts.permits?.giveBack(this.#request.key, ticketOfTier);
  }

  #findings(value: V, context: RunningLoad<V>, loadMs: number): LoadFindings {
    const { negativeTtlMs, earlyExpiration } = this.#request.rules;
    return context.findings({
      ttl: isNothing(value) ? negativeTtlMs : undefined,
      loadMs: earlyExpiration === undefined ? undefined : loadMs,
    });
  }

  #remember(error: unknown, ticket: LoadTicket<V>): void {
    const { errors, fencing } = this.#parts;
    const { key, rules } = this.#request;
    if (this.#mayHide(error)) this.setBack();
    if (rules.errorTtlMs === undefined || !ticket.isCurrent()) return;
    const isCurrent = (): boolean => ticket.isCurrent();
    errors.put(key, { error, ttlMs: rules.errorTtlMs, fence: fencing.enter(key), isCurrent });
  }

  /** Whether an old value may be served in the place of the error; what `shouldServe` throws, its callers are told. */
  #mayHide(error: unknown): boolean {
    try {
      return this.#request.rules.shouldServe(error);
    } catch {
      return false;
    }
  }
}

/** What a loader has answered, and when it was asked. */
interface Loaded<V> {
  readonly context: RunningLoad<V>;
  readonly ticket: LoadTicket<V>;
  readonly held: Held;
  readonly loadMs: number;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
