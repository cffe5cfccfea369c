import type { BusContext, BusMessage } from './bus.js';
import { foreignMessage } from './bus-errors.js';
import { isBusMessage } from './bus-message.js';

const REPORTED_EVERY_MS = 1000;

/** Passes on what is a list of messages; the rest may have been news of another version, so it counts as missed. */
export class ForeignMessages {
  readonly #context: BusContext;
  #reportedAt = -Infinity;

  constructor(context: BusContext) {
    this.#context = context;
  }

  /** Hands `found` to the listener where it is a list of messages. */
  admit(found: unknown): void {
    if (isMessages(found)) this.#context.listener.received(found);
    else this.refuse(foreignMessage(found));
  }

  /** Reports at most once a second. */
  refuse(error: Error): void {
    const { clock, listener } = this.#context;
    const now = clock.now();
    if (now - this.#reportedAt >= REPORTED_EVERY_MS) {
      this.#reportedAt = now;
      listener.failed('receive', error);
    }
    listener.missed(error.message);
  }
}

function isMessages(found: unknown): found is readonly BusMessage[] {
  return Array.isArray(found) && found.every(isBusMessage);
}
