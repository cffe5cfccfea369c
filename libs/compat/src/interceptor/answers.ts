import { type CallHandler, type ExecutionContext, StreamableFile } from '@nestjs/common';
import { type Clock, systemClock } from 'nuthatch/engine';
import { defer, finalize, mergeMap, type Observable, of, tap, throwError } from 'rxjs';
import type { Cache } from '../cache.js';
import { Fences } from '../manager/fences.js';
import { type Inside, insideOf } from '../manager/inside.js';
import { markerOf, personalKey } from '../manager/personal-key.js';
import { copyOf } from '../store/copy.js';
import { logFailure } from './failures.js';
import { isGone } from './gone.js';
import { answeringWith, isAnswering } from './nesting.js';
import { LONGEST_WAIT_MS, type Outcome, type Run, Runs } from './runs.js';

/** A call whose answer is looked for in a cache. */
export interface Call {
  readonly context: ExecutionContext;
  readonly key: string;
  /** Whose the answer is; left out, everybody's. */
  readonly person?: string | undefined;
  /** Milliseconds; left out, the cache's own. */
  readonly ttl?: number | undefined;
  /** Whether it is still known as the same person's: what comes between the interceptor and the handler may tell more. */
  isStillTheirs(): boolean;
}

/** A call on its way to its handler. */
interface Asking {
  readonly call: Call;
  readonly next: CallHandler<unknown>;
  readonly id: string;
  /** When it waits for nobody any more. */
  readonly deadline: number;
}

const NOTHING: Outcome = { kind: 'nothing' };
const ABANDONED: Outcome = { kind: 'abandoned' };

/** The answers of handlers that a cache keeps, each found by one run of its handler for all who ask at the same time. */
export class Answers {
  private readonly inside: Inside | undefined;
  private readonly runs: Runs;

  constructor(
    private readonly cache: Pick<Cache, 'get' | 'set'>,
    private readonly clock: Clock = systemClock,
  ) {
    this.inside = insideOf(cache);
    this.runs = new Runs(this.inside?.fences ?? new Fences(), clock);
  }

  /** Whether an interceptor around this one is about to keep the answer. */
  isUnderWay(call: Call): boolean {
    return isAnswering(call.context, { cache: this.cache, id: idOf(call) });
  }

  /** The answer that is kept; `undefined` where there is none. */
  async find(call: Call): Promise<unknown> {
    const place = await this.placeOf(call);
    const value = place === undefined ? undefined : await this.cache.get<unknown>(place);
    return value === null && !this.keepsNull ? undefined : value;
  }

  /** Runs the handler, or waits for the run that is under way, and keeps what it answers. */
  load(call: Call, next: CallHandler<unknown>): Observable<unknown> {
    // Only when it is subscribed to: what an interceptor around this one never asks for must not be waited for.
    return defer(() =>
      this.ask({ call, next, id: idOf(call), deadline: this.clock.now() + LONGEST_WAIT_MS }),
    );
  }

  private ask(asking: Asking): Observable<unknown> {
    const run = this.runs.of(asking.id);
    if (run === undefined) return this.lead(asking);
    const leftMs = asking.deadline - this.clock.now();
    return leftMs > 0 ? this.join(run, asking, leftMs) : this.handle(asking);
  }

  private handle({ call, next, id }: Asking): Observable<unknown> {
    return answeringWith(call.context, { cache: this.cache, id }, () => next.handle());
  }

  private lead(asking: Asking): Observable<unknown> {
    const { call, id } = asking;
    const run = this.runs.start(id, call.person === undefined ? call.key : markerOf(call.key));
    let last = NOTHING;
    let isLanding = false;
    return this.handle(asking).pipe(
      tap({
        next: (value) => {
          last = this.isKeepable(value) ? { kind: 'answer', value } : NOTHING;
        },
        complete: () => {
          isLanding = last.kind === 'answer' && call.isStillTheirs();
          if (isLanding) this.land(run, call, last);
          else run.end(NOTHING);
        },
        error: (error: unknown) => run.end(isGone(call.context) ? ABANDONED : { kind: 'failure', error }),
      }),
      finalize(() => {
        // Only where whoever asked has gone has it not ended.
        run.end(ABANDONED);
        if (!isLanding) run.forget();
      }),
    );
  }

  private join(run: Run, asking: Asking, withinMs: number): Observable<unknown> {
    return this.runs.outcomeOf(run, withinMs).pipe(
      mergeMap((outcome) => {
        if (outcome.kind === 'failure') return throwError(() => outcome.error);
        if (outcome.kind === 'abandoned') return this.ask(asking);
        if (outcome.kind === 'nothing') return this.handle(asking);
        return of(this.inside?.isStrict === true ? outcome.value : copyOf(outcome.value));
      }),
    );
  }

  private land(run: Run, call: Call, outcome: Outcome): void {
    run.end(outcome);
    if (outcome.kind !== 'answer') return;
    void this.keep(call, outcome.value, run).finally(() => run.forget());
  }

  /** Never rejects: the request has its answer all the same. */
  private async keep(call: Call, value: unknown, run: Run): Promise<void> {
    try {
      const place = (await this.placeOf(call)) ?? (await this.openPlace(call));
      if (run.isOutdated) return;
      if (call.ttl === undefined) await this.cache.set(place, value);
      else await this.cache.set(place, value, call.ttl);
    } catch (error) {
      logFailure(call.context, 'its answer could not be cached', error);
    }
  }

  private async placeOf({ key, person }: Call): Promise<string | undefined> {
    if (person === undefined) return key;
    return this.inside === undefined ? personalKey(key, '', person) : this.inside.personal.find(key, person);
  }

  private async openPlace({ key, person = '', ttl }: Call): Promise<string> {
    // Only an inside can have found no place.
    return this.inside?.personal.open(key, person, ttl) ?? personalKey(key, '', person);
  }

  private isKeepable(value: unknown): boolean {
    if (value === undefined || (value === null && !this.keepsNull)) return false;
    return !(value instanceof StreamableFile) && !isStream(value);
  }

  /** A cache that is not ours may answer `null` for what it does not have. */
  private get keepsNull(): boolean {
    return this.inside?.isStrict === false;
  }
}

/** Tells what can be answered alike. */
function idOf({ key, person }: Call): string {
  return person === undefined ? key : personalKey(key, '', person);
}

function isStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ('pipe' in value && typeof value.pipe === 'function') || value instanceof ReadableStream;
}
