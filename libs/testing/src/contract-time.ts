import { type Clock, systemClock } from 'nuthatch/engine';
import { FakeClock, settle } from './fake-clock.js';

/** How often is looked whether something has happened. */
const STEP_MS = 10;

/** How long something may take to happen on a machine that has other work to do. */
const PATIENCE_MS = 10_000;

/** How time passes in a contract: of itself, or on a clock that stands still. */
export class ContractTime {
  readonly clock: Clock;
  readonly #pass: (ms: number) => Promise<void>;

  constructor(clock: FakeClock | undefined) {
    this.clock = clock ?? systemClock;
    this.#pass =
      clock === undefined ? (ms) => new Promise((resolve) => setTimeout(resolve, ms)) : passingOn(clock);
  }

  /** Whether time costs nothing. */
  get isFake(): boolean {
    return this.clock instanceof FakeClock;
  }

  pass(ms: number): Promise<void> {
    return this.#pass(ms);
  }

  /** Resolves when something has happened; rejects, with what was waited for, where it does not. */
  async until(what: string, hasHappened: () => boolean | Promise<boolean>): Promise<void> {
    const end = this.clock.now() + PATIENCE_MS;
    while (!(await hasHappened())) {
      if (this.clock.now() > end) throw new Error(`waited in vain until ${what}`);
      await this.#pass(STEP_MS);
    }
  }
}

function passingOn(clock: FakeClock): (ms: number) => Promise<void> {
  return async (ms) => {
    await clock.advanceAsync(ms);
    await settle();
  };
}
