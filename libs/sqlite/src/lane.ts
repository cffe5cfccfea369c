import { deadlineOf, type Patience, untilFree } from './busy.js';

/** Lets writers of one file go one after the other, in the order in which they came: a lock is waited for by the first alone. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Does `work` when its turn comes; patience begins now. */
  run<T>(work: () => T, patience: Patience): Promise<T> {
    const deadline = deadlineOf(patience);
    const turn = this.#last.then(() => untilFree(work, patience, deadline));
    this.#last = turn.catch(() => 'whoever called is told; the next in line goes on');
    return turn;
  }

  /** Resolves when everybody who has come so far is through. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
