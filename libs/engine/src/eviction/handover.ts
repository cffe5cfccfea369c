import type { RemovalCause } from '../kernel/entry.js';
import type { EvictionChoiceReport, EvictionStrategy, Slot } from './strategy.js';

const FIRST_SIZE = 64;

/**
 * A swap under way: the residents of one strategy move to another a few at a time, the coldest first, while the cache
 * goes on. Newcomers belong to the new strategy at once, and it chooses the victims as soon as it knows anybody.
 */
export class Handover implements EvictionStrategy {
  readonly #from: EvictionStrategy;
  readonly #to: EvictionStrategy;
  /** 1 where a resident already belongs to the new strategy. */
  #moved = new Uint8Array(FIRST_SIZE);

  constructor(from: EvictionStrategy, to: EvictionStrategy) {
    this.#from = from;
    this.#to = to;
  }

  /**
   * Moves up to `count` residents; answers whether none is left to move.
   * @throws what the new strategy throws; the resident then is still the old one's, see {@link undo}.
   */
  step(count: number): boolean {
    for (let left = count; left > 0; left--) {
      const slot = this.#from.chooseVictim();
      // A strategy that spares somebody names nobody in the end.
      if (slot === undefined || this.#hasMoved(slot)) return this.#moveRest();
      this.#move(slot);
    }
    return this.#from.chooseVictim() === undefined && this.#moveRest();
  }

  /** Gives everything back to the old strategy, which then may stay in charge: what had moved comes first again, as the coldest. O(n). */
  undo(): void {
    const rest = [...this.#from.order()];
    for (const slot of rest) this.#from.onRemove(slot, 'replaced');
    for (const slot of this.#moved.keys()) if (this.#moved[slot] === 1) this.#from.onInsert(slot);
    for (const slot of rest) this.#from.onInsert(slot);
    this.#moved.fill(0);
  }

  onInsert(slot: Slot): void {
    this.#to.onInsert(slot);
    this.#mark(slot);
  }

  onAccess(slot: Slot): void {
    this.#ownerOf(slot).onAccess(slot);
  }

  onRemove(slot: Slot, cause?: RemovalCause): void {
    this.#ownerOf(slot).onRemove(slot, cause);
    if (slot < this.#moved.length) this.#moved[slot] = 0;
  }

  chooseVictim(): Slot | undefined {
    return this.#to.chooseVictim() ?? this.#from.chooseVictim();
  }

  *order(): Generator<Slot, void> {
    yield* this.#to.order();
    yield* this.#from.order();
  }

  resize(capacity: number): void {
    this.#from.resize(capacity);
    this.#to.resize(capacity);
  }

  choice(): EvictionChoiceReport | undefined {
    return this.#to.choice?.();
  }

  audit(resident: ReadonlySet<Slot>): void {
    const moved = new Set<Slot>();
    const left = new Set<Slot>();
    for (const slot of resident) (this.#hasMoved(slot) ? moved : left).add(slot);
    const stale = this.#moved.findIndex((mark, slot) => mark === 1 && !resident.has(slot));
    if (stale !== -1) throw new Error(`handover: slot ${stale} left, but is still marked as moved`);
    this.#from.audit(left);
    this.#to.audit(moved);
  }

  #moveRest(): true {
    for (const slot of Array.from(this.#from.order())) this.#move(slot);
    return true;
  }

  #move(slot: Slot): void {
    this.#to.onInsert(slot);
    this.#from.onRemove(slot, 'replaced');
    this.#mark(slot);
  }

  #ownerOf(slot: Slot): EvictionStrategy {
    return this.#hasMoved(slot) ? this.#to : this.#from;
  }

  #hasMoved(slot: Slot): boolean {
    return this.#moved[slot] === 1;
  }

  #mark(slot: Slot): void {
    if (slot >= this.#moved.length) this.#grow(slot + 1);
    this.#moved[slot] = 1;
  }

  #grow(atLeast: number): void {
    const moved = new Uint8Array(Math.max(atLeast, this.#moved.length * 2));
    moved.set(this.#moved);
    this.#moved = moved;
  }
}

/** A swap from one strategy to another, which moves nobody yet. */
export function handOver(from: EvictionStrategy, to: EvictionStrategy): Handover {
  return new Handover(from, to);
}
