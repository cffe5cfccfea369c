import type { Clock, Timer } from '../kernel/clock.js';
import type { BusMessage } from './bus.js';

const MOST = 1000;
/** How soon it is tried again. */
const AGAIN_MS = 50;

/** What is needed to say later what could not be said. */
export interface UnsaidParts {
  readonly clock: Clock;
  /** Rejects where it did not work. */
  readonly publish: (messages: readonly BusMessage[]) => Promise<void>;
  /** Whether the others are heard; while they are not, nothing is tried. */
  readonly isHeard: () => boolean;
}

/** What could not be told to the others, the last 1,000 messages. It is tried again, a moment later each time, until it works: some of it may be heard twice. */
export class Unsaid {
  readonly #parts: UnsaidParts;
  #messages: readonly BusMessage[] = [];
  #timer: Timer | undefined;
  #isEnded = false;

  constructor(parts: UnsaidParts) {
    this.#parts = parts;
  }

  add(messages: readonly BusMessage[]): void {
    this.#messages = [...this.#messages, ...messages].slice(-MOST);
    this.#tryAgain();
  }

  /** Nothing is tried any more. */
  end(): void {
    this.#isEnded = true;
    this.#timer?.cancel();
  }

  #tryAgain(): void {
    if (!this.#isEnded) this.#timer ??= this.#parts.clock.schedule(() => void this.#try(), AGAIN_MS);
  }

  async #try(): Promise<void> {
    const messages = this.#messages;
    try {
      if (!this.#parts.isHeard()) return;
      this.#messages = [];
      await this.#parts.publish(messages);
    } catch {
      // That it does not work was told when it was tried first.
      this.#messages = [...messages, ...this.#messages].slice(-MOST);
    } finally {
      this.#timer = undefined;
      if (this.#messages.length > 0) this.#tryAgain();
    }
  }
}
