import type { Timer } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import type { Turns } from './turns.js';

/** A clock whose timers, once due, run when the scheduler says so. */
export class ScheduledClock extends FakeClock {
  readonly #turns: Turns;

  constructor(turns: Turns) {
    super();
    this.#turns = turns;
  }

  override schedule(run: () => void, delayMs: number): Timer {
    let isOff = false;
    const ring = async (): Promise<void> => {
      await this.#turns.take('a timer');
      if (!isOff) run();
    };
    const timer = super.schedule(() => void ring(), delayMs);
    const cancel = (): void => {
      isOff = true;
      timer.cancel();
    };
    return { cancel };
  }
}
