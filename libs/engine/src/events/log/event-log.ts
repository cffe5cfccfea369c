import { type Observable, startWith, type Subscription, take } from 'rxjs';
import { turnOfTheLoop } from '../../kernel/clock.js';
import { firstPause, type Pause } from '../../kernel/pause.js';
import type { CacheEvent } from '../cache-event.js';
import { FileSink } from './file-sink.js';
import { LineQueue } from './line-queue.js';
import { linesWith } from './line.js';
import { unwritableLog } from './log-errors.js';
import { type EventLogOptions, resolveEventLog, type ResolvedEventLog } from './options.js';
import { Selection } from './selection.js';
import { StreamSink } from './stream-sink.js';

/** What can be logged: a `Cache`. */
export interface Eventful {
  readonly events$: Observable<CacheEvent>;
}

/** How an event log went. */
export interface EventLogReport {
  /** How many lines were written. */
  readonly written: number;
  /** How many events are missing, since they came faster than they could be written, or could not be written at all. */
  readonly dropped: number;
  /** Why the last attempt to write failed; `undefined` where it did not. */
  readonly error: unknown;
}

/** After a first failure it is tried again so much later, then later and later. */
const FIRST_PAUSE_MS = 1000;

/**
 * Writes the events of a cache as NDJSON, one JSON object a line with its wall time first, to a file or a stream, until the answer or the cache is closed. It
 * is written in the background: the cache never waits, and no more than `maxBuffered` is held. What cannot be written becomes `hook_failed`
 * and a process warning, and is tried again. It listens, so that events are made for it: those that are not written, too.
 *
 * @example
 * ```ts
 * const log = eventLog(cache, { to: '/var/log/app/cache.ndjson', keys: 'hashed', sample: { entry_get_hit: 0.01 } });
 * await log.close();
 * ```
 * @throws CacheError `bad_option`, or `bad_event_log` where the file cannot be opened.
 */
export function eventLog(cache: Eventful, options: EventLogOptions): EventLog {
  return new EventLog(cache, resolveEventLog(options));
}

/** A log that is being written. Made by `eventLog`. */
export class EventLog {
  readonly #cache: Eventful;
  readonly #options: ResolvedEventLog;
  readonly #queue: LineQueue;
  #listening: Subscription | undefined;
  #writing: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #pause: Pause | undefined;
  #isClosing = false;
  #closed: Promise<EventLogReport> | undefined;
  #error: unknown;

  /** @internal Use `eventLog`. */
  constructor(cache: Eventful, options: ResolvedEventLog) {
    const { to, rotate, keys, salt, clock, maxBuffered } = options;
    this.#cache = cache;
    this.#options = options;
    const sink = typeof to === 'string' ? new FileSink(to, rotate) : new StreamSink(to);
    this.#queue = new LineQueue(sink, maxBuffered);
    const selection = new Selection(options);
    const lineOf = linesWith(keys, salt);
    this.#listening = cache.events$.subscribe({
      next: (event) => {
        const share = selection.shareOf(event.type);
        if (share === undefined) return;
        const sampled = share === 1 ? undefined : share;
        this.#queue.add(lineOf(event, clock.wallNow(), sampled), event.cache);
        this.#writing ??= this.#writeAll();
      },
      complete: () => void this.close(),
    });
  }

  /** How it is going. */
  get report(): EventLogReport {
    const { written, dropped } = this.#queue;
    return { written, dropped, error: this.#error };
  }

  /**
   * Stops listening, writes what waits for at most `deadlineMs` (5 seconds), and closes the file; a stream stays open. Harmless when it is closed.
   * The cache does it, too, when it is closed, without waiting.
   */
  close(deadlineMs = 5000): Promise<EventLogReport> {
    return (this.#closed ??= this.#close(deadlineMs));
  }

  async #close(deadlineMs: number): Promise<EventLogReport> {
    this.#isClosing = true;
    this.#listening?.unsubscribe();
    this.#wake();
    const written = this.#writing ?? Promise.resolve();
    const { clock } = this.#options;
    await new Promise<void>((resolve) => {
      const timer = clock.schedule(resolve, deadlineMs);
      void written.then(() => {
        timer.cancel();
        resolve();
      });
    });
    this.#queue.abandon();
    // Where a write hangs, its file is closed when it has ended.
    const closed = written
      .then(() => this.#queue.close())
      .catch((error: unknown) => (this.#error = unwritableLog(this.#queue.place, error)));
    if (this.#writing === undefined) await closed;
    return this.report;
  }

  /** Writes what waits until nothing does. Never rejects. */
  async #writeAll(): Promise<void> {
    // What happens in one turn is written together.
    await turnOfTheLoop();
    while (this.#queue.isWaiting) {
      const isWritten = await this.#queue.writeSome(this.#options.clock.wallNow()).then(
        () => true,
        (error: unknown) => this.#failed(error),
      );
      if (isWritten) this.#recovered();
      else if (this.#isClosing || this.#queue.isBroken) break;
      else await this.#rest();
    }
    this.#writing = undefined;
  }

  #recovered(): void {
    this.#pause = undefined;
    this.#error = undefined;
  }

  #failed(thrown: unknown): false {
    const error = unwritableLog(this.#queue.place, thrown);
    this.#error = error;
    // Nothing will ever be written any more: nobody needs to make events for it.
    if (this.#queue.isBroken) {
      this.#listening?.unsubscribe();
      this.#queue.abandon();
    }
    // Once for all attempts that fail in a row.
    if (this.#pause === undefined) {
      process.emitWarning(error.message);
      // What an observer throws is reported by the cache.
      this.#cache.events$.pipe(startWith(undefined), take(1)).subscribe(() => {
        throw error;
      });
    }
    return false;
  }

  /** Until the next attempt, or until it is closed. */
  #rest(): Promise<void> {
    const pause = this.#pause?.next(undefined) ?? firstPause(FIRST_PAUSE_MS);
    this.#pause = pause;
    return new Promise((resolve) => {
      const timer = this.#options.clock.schedule(resolve, pause.duration);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
