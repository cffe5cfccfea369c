import type { Fence, Fencing } from '../kernel/fencing.js';
import type { ShareTicket } from '../kernel/share-ticket.js';

/** Beyond so many keys the one that was noted first is forgotten. */
const MOST_KEYS = 10_000;

/** What is known of a key that the store did not have. */
export interface Missed {
  /** Whether that is still so. */
  readonly skipsStore: boolean;
  /** What to show when its value is shared. */
  readonly ticketOfTier?: ShareTicket | undefined;
}

/** Remembers of which keys the store is known to have nothing, as long as nobody changes them. */
export class MissedKeys {
  readonly #fencing: Fencing;
  readonly #fences = new Map<string, Fence>();
  readonly #tickets = new Map<string, ShareTicket>();

  constructor(fencing: Fencing) {
    this.#fencing = fencing;
  }

  /** To be called before the store is asked. */
  note(keys: readonly string[]): void {
    for (const key of keys) {
      this.forget(key);
      this.#fences.set(key, this.#fencing.enter(key));
      const [oldest] = this.#fences.keys();
      if (this.#fences.size > MOST_KEYS && oldest !== undefined) this.forget(oldest);
    }
  }

  /** What a shared tier has told of keys that were noted. */
  show(tickets: ReadonlyMap<string, ShareTicket>): void {
    for (const [key, ticket] of tickets) if (this.#fences.has(key)) this.#tickets.set(key, ticket);
  }

  forget(key: string): void {
    this.#tickets.delete(key);
    this.#fences.get(key)?.release();
    this.#fences.delete(key);
  }

  /** Whether a key was noted and has not been changed since; it is forgotten. */
  take(key: string): Missed {
    const skipsStore = this.#fences.get(key)?.holds() ?? false;
    const ticketOfTier = skipsStore ? this.#tickets.get(key) : undefined;
    this.forget(key);
    return { skipsStore, ticketOfTier };
  }
}
