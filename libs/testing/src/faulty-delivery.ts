import type { BusListener, BusMessage } from 'nuthatch/engine';
import type { Moods } from './moods.js';

/** How many of the next deliveries go wrong. */
interface Next {
  repeats: number;
  swaps: number;
}

/** What a bus tells its listener, and how it goes wrong. What is told stays in order, so that nothing is proven before it has come. */
export class FaultyDelivery implements BusListener {
  readonly #listener: BusListener;
  readonly #moods: Pick<Moods<'received'>, 'pass'>;
  readonly #next: Next;
  #last: Promise<void> = Promise.resolve();
  #swapped: (readonly BusMessage[])[] = [];
  #waiting = 0;
  #isClosed = false;

  constructor(listener: BusListener, moods: Pick<Moods<'received'>, 'pass'>, next: Next) {
    this.#listener = listener;
    this.#moods = moods;
    this.#next = next;
  }

  received(messages: readonly BusMessage[]): void {
    const isRepeated = spend(this.#next, 'repeats');
    const isSwapped = spend(this.#next, 'swaps');
    const passed = this.#moods.pass('received', { make: async () => true, nothing: false });
    this.#afterwards(async () => {
      const arrives = await passed.catch((error: unknown) => {
        this.#listener.failed('received', error);
        return false;
      });
      if (!arrives || this.#isClosed) return;
      if (isSwapped) this.#swapped.push(messages);
      else this.#deliver(messages, isRepeated);
    });
  }

  proven(at: number): void {
    if (this.#waiting === 0) this.#listener.proven(at);
    else this.#afterwards(async () => (this.#isClosed ? undefined : this.#listener.proven(at)));
  }

  missed(reason: string): void {
    if (this.#waiting === 0) this.#listener.missed(reason);
    else this.#afterwards(async () => (this.#isClosed ? undefined : this.#listener.missed(reason)));
  }

  failed(operation: string, error: unknown): void {
    this.#listener.failed(operation, error);
  }

  /** Nothing is told any longer. */
  close(): void {
    this.#isClosed = true;
  }

  #deliver(messages: readonly BusMessage[], isRepeated: boolean): void {
    const all = [messages, ...(isRepeated ? [messages] : []), ...this.#swapped];
    this.#swapped = [];
    for (const each of all) this.#listener.received(each);
  }

  #afterwards(tell: () => Promise<void>): void {
    this.#waiting += 1;
    this.#last = this.#last
      .then(tell)
      .catch((error: unknown) => this.#listener.failed('received', error))
      .finally(() => (this.#waiting -= 1));
  }
}

/** Whether the next delivery is one of those that were told to. */
function spend(next: Next, what: keyof Next): boolean {
  if (next[what] === 0) return false;
  next[what] -= 1;
  return true;
}
