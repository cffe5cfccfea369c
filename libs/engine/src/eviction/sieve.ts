import { auditMembers } from './audit.js';
import { SlotList } from './slot-list.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** Stands for a slot where there is none. */
const NONE = -1;
const FIRST_SIZE = 64;
/**
 * The hand goes over so many marks for one victim at most, then takes whoever comes: a few milliseconds. The paper sets no bound, but where a
 * million entries have been used since the last eviction, the next one would hold up the process. Smaller caches never come to it.
 */
const LONGEST_SEARCH = 16_384;

/**
 * SIEVE (Yazhuo Zhang, Juncheng Yang, Yao Yue, Ymir Vigfusson and K. V. Rashmi, "SIEVE is simpler than LRU: an efficient turn-key
 * eviction algorithm for web caches", NSDI 2024). Entries stay in order of arrival, and a hand goes over them from the oldest
 * to the newest: it takes the mark off those that were used, and the first without a mark leaves. So a use is one mark.
 *
 * The paper evicts before it inserts: here the newcomer waits outside the list until the next one comes.
 */
class Sieve implements EvictionStrategy {
  readonly #context: EvictionContext;
  /** Oldest arrival first. */
  readonly #arrivals: SlotList;
  /** By slot: 1 where it was used since the hand came by. */
  #marks = new Uint8Array(FIRST_SIZE);
  /** Where the search for a victim goes on; at the oldest where it is {@link NONE}. */
  #hand: Slot = NONE;
  #newcomer: Slot = NONE;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#arrivals = new SlotList(context.slots);
  }

  onInsert(slot: Slot): void {
    if (slot >= this.#marks.length) this.#grow(slot + 1);
    if (this.#newcomer !== NONE) this.#arrivals.addLast(this.#newcomer);
    this.#newcomer = slot;
    if (this.#context.entries.hits(slot) > 0) this.#marks[slot] = 1;
  }

  onAccess(slot: Slot): void {
    this.#marks[slot] = 1;
  }

  onRemove(slot: Slot): void {
    this.#marks[slot] = 0;
    if (slot === this.#newcomer) {
      this.#newcomer = NONE;
      return;
    }
    if (slot === this.#hand) this.#hand = this.#arrivals.after(slot) ?? NONE;
    this.#arrivals.remove(slot);
  }

  chooseVictim(): Slot | undefined {
    const oldest = this.#arrivals.first;
    if (oldest === undefined) return this.#newcomer === NONE ? undefined : this.#newcomer;
    let slot = this.#hand === NONE ? oldest : this.#hand;
    for (let passed = 0; this.#marks[slot] === 1 && passed < LONGEST_SEARCH; passed++) {
      this.#marks[slot] = 0;
      slot = this.#arrivals.after(slot) ?? oldest;
    }
    // Also where the search was cut off, so that the same one is named when asked again.
    this.#marks[slot] = 0;
    this.#hand = slot;
    return slot;
  }

  /** Plays on with copies. */
  replaceVictim(): Slot | undefined {
    if (this.#newcomer !== NONE) this.#arrivals.addLast(this.#newcomer);
    this.#newcomer = NONE;
    const victim = this.chooseVictim();
    if (victim === undefined) return undefined;
    this.onRemove(victim);
    this.#newcomer = victim;
    return victim;
  }

  *order(): Generator<Slot, void> {
    const marks = this.#marks.slice();
    const arrivals = [...this.#arrivals];
    const start = this.#hand === NONE ? 0 : arrivals.indexOf(this.#hand);
    const round = [...arrivals.slice(start), ...arrivals.slice(0, start)];
    let passed = 0;
    for (const slot of round) {
      const staysOn = marks[slot] === 1 && passed < LONGEST_SEARCH;
      passed = staysOn ? passed + 1 : 0;
      marks[slot] = 0;
      if (staysOn) round.push(slot);
      else yield slot;
    }
    if (this.#newcomer !== NONE) yield this.#newcomer;
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    this.#arrivals.auditLinks('sieve');
    auditMembers('sieve', this.order(), resident);
    if (this.#hand !== NONE && !this.#arrivals.has(this.#hand))
      throw new Error(`sieve: the hand points to slot ${this.#hand}, which is not listed`);
    const stale = this.#marks.findIndex((mark, slot) => mark === 1 && !resident.has(slot));
    if (stale !== -1) throw new Error(`sieve: slot ${stale} left, but is still marked`);
  }

  #grow(atLeast: number): void {
    const marks = new Uint8Array(Math.max(atLeast, 2 * this.#marks.length));
    marks.set(this.#marks);
    this.#marks = marks;
  }
}

/** Evicts the oldest arrival that was not used since it was last looked at. A use costs next to nothing. O(1), amortised. */
export const sieve: EvictionStrategyFactory = { name: 'sieve', create: (context) => new Sieve(context) };
