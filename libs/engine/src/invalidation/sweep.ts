import { turnOfTheLoop } from '../kernel/clock.js';

/** So many entries are looked at before the event loop has its turn. */
const SLICE = 1000;

/**
 * Lets go of what was invalidated, in slices, so that a large cache goes on answering meanwhile. One pass serves all who asked before it
 * began.
 */
export class Sweep {
  readonly #pass: () => Iterable<unknown>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param pass looks at one entry in each step, and lets go of it where it is gone. */
  constructor(pass: () => Iterable<unknown>) {
    this.#pass = pass;
  }

  /** Resolves when every entry was looked at once since. */
  run(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    return (this.#next ??= this.#running.catch(ignore).then(() => this.#start()));
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = this.#sweep().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #sweep(): Promise<void> {
    let left = SLICE;
    for (const _ of this.#pass()) {
      if (--left > 0) continue;
      await turnOfTheLoop();
      left = SLICE;
    }
  }
}

/** Whoever asked for the pass was told of its failure. */
function ignore(): void {}
