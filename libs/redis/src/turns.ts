/**
 * Says when to send what is gathered: while nothing is under way, as soon as the code that asks is through, so that a lone caller does not wait; while
 * answers are outstanding, when the turn of the event loop ends.
 */
export class Turns {
  #underway = 0;

  atNext(send: () => void): void {
    if (this.#underway === 0) process.nextTick(send);
    else setImmediate(send);
  }

  /** Something is under way until the promise has settled. */
  async during<T>(sent: Promise<T>): Promise<T> {
    this.#underway += 1;
    try {
      return await sent;
    } finally {
      this.#underway -= 1;
    }
  }
}
