import type { ResolvedEventLog } from './options.js';

/** So many of these come that nobody wants all of them without asking. */
const FREQUENT: ReadonlySet<string> = new Set(['entry_get_hit', 'entry_get_miss', 'metrics_updated']);

/** Says which events are written: all of a type, none, or a share of them, spread evenly. */
export class Selection {
  readonly #events: ReadonlySet<string> | undefined;
  readonly #sample: ReadonlyMap<string, number>;
  /** By type, what is due of the next line. */
  readonly #due = new Map<string, number>();

  constructor({ events, sample }: Pick<ResolvedEventLog, 'events' | 'sample'>) {
    this.#events = events;
    this.#sample = sample;
  }

  /** Of which share of its type this event is one that is written; `undefined` where it is not written. */
  shareOf(type: string): number | undefined {
    const share = this.#sample.get(type);
    if (share === undefined) return this.#isWanted(type) ? 1 : undefined;
    const due = (this.#due.get(type) ?? 0) + share;
    // Shares that are no sums of halves, such as 0.1, add up to a little less than one.
    const isDue = due > 1 - 1e-9;
    this.#due.set(type, isDue ? due - 1 : due);
    return isDue ? share : undefined;
  }

  #isWanted(type: string): boolean {
    return this.#events?.has(type) ?? !FREQUENT.has(type);
  }
}
