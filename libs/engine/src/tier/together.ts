import { otherPromises } from '../kernel/clock.js';

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** So much is done in one go. */
const MOST = 100;

/**
 * Does as one what is asked for by code that runs at the same time, such as a hundred callers who were all answered by one reply: what each of them
 * would have to do on its own is done once. Who is alone waits for nothing but the end of the code that runs.
 */
export class Together<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  #waiting: Waiting<Item, Answer>[] = [];

  /** @param run answers in the order of the items; where it fails, it has failed for all of them. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.#run = run;
  }

  do(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) void otherPromises().then(this.#send);
      this.#waiting.push({ item, resolve, reject });
    });
  }

  readonly #send = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += MOST)
      this.#begin(waiting.slice(start, start + MOST));
  };

  #begin(some: readonly Waiting<Item, Answer>[]): void {
    this.#run(some.map(({ item }) => item)).then(
      (answers) => some.forEach(({ resolve }, at) => resolve(answers[at] as Answer)),
      (error: unknown) => some.forEach(({ reject }) => reject(error)),
    );
  }
}
