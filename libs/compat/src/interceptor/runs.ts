import type { Clock } from 'nuthatch/engine';
import { Observable } from 'rxjs';
import type { Fence, Fences } from '../manager/fences.js';

/** How long others wait for a run, in milliseconds: one that hangs is to hold up nobody else for ever. */
export const LONGEST_WAIT_MS = 30_000;

/** What the run of a handler brings to those who wait for it. */
export type Outcome =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly error: unknown }
  /** Nothing that two requests could share: each has to run the handler itself. */
  | { readonly kind: 'nothing' }
  /** Whoever asked has gone, or it takes too long: one of those who wait is to run the handler. */
  | { readonly kind: 'abandoned' };

/** One run of a handler, which everybody shares who asks the same meanwhile. */
export interface Run {
  readonly outcome: Promise<Outcome>;
  /** Whether what it brings is old already, or somebody else runs the handler since it took too long. */
  readonly isOutdated: boolean;
  /** Only the first outcome counts. */
  end(outcome: Outcome): void;
  /** To be called when what it brought is in the cache, or will not be: nobody joins it any more. */
  forget(): void;
}

interface OpenRun extends Run {
  readonly fence: Fence;
  readonly startedAt: number;
}

/** The runs of handlers under way. */
export class Runs {
  private readonly running = new Map<string, OpenRun>();

  constructor(
    private readonly fences: Fences,
    private readonly clock: Clock,
  ) {}

  /** The run that may be joined. */
  of(id: string): Run | undefined {
    const run = this.running.get(id);
    if (run === undefined || run.fence.isBroken) return undefined;
    return this.clock.now() - run.startedAt < LONGEST_WAIT_MS ? run : undefined;
  }

  /** @param changedWith the key whose removal makes what the handler answers old. */
  start(id: string, changedWith: string): Run {
    const { running } = this;
    const fence = this.fences.raise(changedWith);
    let end: Run['end'] = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => {
      end = resolve;
    });
    const run: OpenRun = {
      outcome,
      fence,
      startedAt: this.clock.now(),
      get isOutdated() {
        return fence.isBroken || running.get(id) !== run;
      },
      end,
      forget: () => {
        fence.release();
        if (running.get(id) === run) running.delete(id);
      },
    };
    running.set(id, run);
    return run;
  }

  /** Emits the outcome of a run, once; `abandoned` where it is not there in time. */
  outcomeOf(run: Run, withinMs: number): Observable<Outcome> {
    return new Observable((subscriber) => {
      const emit = (outcome: Outcome): void => {
        subscriber.next(outcome);
        subscriber.complete();
      };
      const timer = this.clock.schedule(() => emit({ kind: 'abandoned' }), withinMs);
      void run.outcome.then(emit);
      return () => timer.cancel();
    });
  }
}
