import type fc from 'fast-check';
import { settle } from 'nuthatch/testing';

/** So many turns of the event loop in which nothing asks for a turn: nothing will. */
const QUIET_TURNS = 6;

/** The turns of all that waits in a run: the scheduler draws who is next. */
export class Turns {
  readonly #scheduler: fc.Scheduler;
  readonly #together: readonly number[];
  #drawn = 0;
  /** Until then nobody waits. */
  isLive = false;

  /** @param together how many turns are given in one go, before promises are let settle; begins anew at its end. */
  constructor(scheduler: fc.Scheduler, together: readonly number[]) {
    this.#scheduler = scheduler;
    this.#together = together;
  }

  /** Resolves when it is the caller's turn. */
  async take(label: string): Promise<void> {
    if (this.isLive) await this.#scheduler.schedule(Promise.resolve(), label);
  }

  /** Gives turns until nobody waits for one any more, or `isDone`. */
  async giveAll(isDone: () => boolean = () => false): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && !(isDone() && this.#scheduler.count() === 0);) {
      await settle();
      quiet = this.#scheduler.count() === 0 ? quiet + 1 : 0;
      this.#give();
    }
  }

  #give(): void {
    const size = this.#together[this.#drawn++ % this.#together.length] ?? 1;
    const count = Math.min(size, this.#scheduler.count());
    for (let given = 0; given < count; given++) void this.#scheduler.waitOne();
  }
}
