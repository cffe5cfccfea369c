import type { RemovalCause } from '../kernel/entry.js';
import { auditMembers } from './audit.js';
import { SlotHeap } from './slot-heap.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

const FIRST_SIZE = 64;
const MOST_USES = 2 ** 32 - 1;
/** Beyond, the clock starts at 0 again: in large numbers, what the use of a large entry is worth would be lost. */
const LATEST = 2 ** 20;
/** What rounding may add to a worth while the clock is late. */
const SLACK = 2 ** -30;

/**
 * Greedy-Dual-Size-Frequency (Ludmila Cherkasova, "Improving WWW proxies performance with Greedy-Dual-Size-Frequency caching
 * policy", HP Laboratories HPL-98-69R1, 1998): an entry is worth its uses for each byte, counted from the clock at its last use; the
 * one worth least leaves, and the clock goes on to what that was worth, which makes those age that are not used. Here every miss costs the same.
 *
 * A newcomer that is worth less than all others leaves at once, but not in vain: the clock moves, so that one of its kind gets in some day.
 */
class Gdsf implements EvictionStrategy {
  readonly #context: EvictionContext;
  /** By what each entry is worth. */
  readonly #worth: SlotHeap;
  #uses: Uint32Array;
  #clock = 0;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#worth = new SlotHeap(context.slots);
    this.#uses = new Uint32Array(Math.max(FIRST_SIZE, context.slots));
  }

  onInsert(slot: Slot): void {
    if (slot >= this.#uses.length) this.#grow(slot + 1);
    this.#uses[slot] = this.#context.entries.hits(slot) + 1;
    this.#worth.add(slot, this.#worthOf(slot));
  }

  onAccess(slot: Slot): void {
    if (this.#uses[slot]! < MOST_USES) this.#uses[slot]!++;
    this.#worth.rerank(slot, this.#worthOf(slot));
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    const worth = this.#worth.rankOf(slot);
    // What is too heavy to be kept is evicted, too, and was not the one to go.
    const isVictim = cause === 'evicted' && slot === this.#worth.first;
    this.#worth.remove(slot);
    if (isVictim && worth > this.#clock) this.#advance(worth);
  }

  chooseVictim(): Slot | undefined {
    return this.#worth.first;
  }

  order(): Iterable<Slot> {
    return this.#worth.sorted();
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    this.#worth.audit('gdsf');
    auditMembers('gdsf', this.order(), resident);
    if (!(this.#clock >= 0 && this.#clock < LATEST)) throw new Error(`gdsf: the clock says ${this.#clock}`);
    for (const slot of resident) {
      const most = this.#worthOf(slot);
      if (!(this.#worth.rankOf(slot) <= most + SLACK))
        throw new Error(
          `gdsf: slot ${slot} is worth ${this.#worth.rankOf(slot)}, at most ${most} is possible`,
        );
    }
  }

  /** What a use makes an entry worth now. */
  #worthOf(slot: Slot): number {
    return this.#clock + this.#uses[slot]! / Math.max(1, this.#context.entries.weight(slot));
  }

  #advance(to: number): void {
    this.#clock = to;
    if (to < LATEST) return;
    this.#worth.lowerAll(to);
    this.#clock = 0;
  }

  #grow(atLeast: number): void {
    const uses = new Uint32Array(Math.max(atLeast, 2 * this.#uses.length));
    uses.set(this.#uses);
    this.#uses = uses;
  }
}

/**
 * Evicts the entry that was used least for each byte that it takes, and forgets old uses: for entries of very unequal weight, where as many
 * requests as possible should hit, whatever their size. O(log n).
 */
export const gdsf: EvictionStrategyFactory = { name: 'gdsf', create: (context) => new Gdsf(context) };
