import { turnOfTheLoop } from '../kernel/clock.js';

/** So much is done before the event loop has its turn: a millisecond or two. */
const SLICE = 512 * 1024;
/** What an entry counts for beside the bytes of its value. */
const ENTRY = 512;

/** Cuts long work into slices, so that a large cache goes on answering while it is copied. Short work is one slice. */
export class Pace {
  #left = SLICE;

  /** Counts an entry with a value of so many bytes; answers whether it is time for a {@link turn}. */
  spent(bytes: number): boolean {
    this.#left -= ENTRY + bytes;
    return this.#left <= 0;
  }

  /** Lets the event loop have its turn. */
  async turn(): Promise<void> {
    this.#left = SLICE;
    await turnOfTheLoop();
  }
}
