import { HashIndex, NOT_FOUND } from './hash-index.js';
import { SlotList } from './slot-list.js';

const FIRST_SIZE = 16;
/** Of more room than so many times what may be needed, some is given back. */
const SPARE = 4;

/**
 * The part of a LIRS stack whose entries are gone: key hashes with the time of their last use, the oldest first. Bounded, and cut off at
 * the bottom as the stack is pruned. Every operation is O(1), amortised where the stack is cut.
 */
export class LirsGhosts {
  /** Gives each hash a number, by which the other fields know it. */
  #index = new HashIndex();
  #order = new SlotList();
  #uses = new Float64Array(FIRST_SIZE);
  #capacity: number;
  #newestUse = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#order.size;
  }

  /** Remembers a hash until there are too many after it. What was used before others that are remembered comes too late, and is not kept. */
  add(hash: number, use: number): void {
    if (use < this.#newestUse || this.#capacity === 0) return;
    this.take(hash);
    if (this.#order.size >= this.#capacity) this.#forget(this.#order.first!);
    this.#append(hash, use);
    this.#newestUse = use;
  }

  /** Forgets a hash; answers whether it was known. */
  take(hash: number): boolean {
    const ghost = this.#index.find(hash);
    if (ghost === NOT_FOUND) return false;
    this.#forget(ghost);
    return true;
  }

  /** Forgets what was not used after `use`. */
  cut(use: number): void {
    for (let ghost = this.#order.first; ghost !== undefined; ghost = this.#order.first) {
      if (this.#uses[ghost]! > use) return;
      this.#forget(ghost);
    }
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    while (this.#order.size > capacity) this.#forget(this.#order.first!);
    if (this.#uses.length > SPARE * Math.max(capacity, FIRST_SIZE)) this.#rebuild();
  }

  /** @throws Error where the books do not balance, or something was not used after `cut`. */
  audit(name: string, cut: number): void {
    this.#order.audit(name);
    this.#index.audit(name, new Set(this.#order));
    if (this.#order.size > this.#capacity)
      throw new Error(`${name}: ${this.#order.size} of at most ${this.#capacity}`);
    let last = cut;
    for (const ghost of this.#order) {
      if (this.#uses[ghost]! <= last) throw new Error(`${name}: ghost ${ghost} is out of order`);
      last = this.#uses[ghost]!;
    }
    if (this.#order.size > 0 && last > this.#newestUse)
      throw new Error(`${name}: the newest was used at ${last}, not at ${this.#newestUse}`);
  }

  #append(hash: number, use: number): void {
    const ghost = this.#index.add(hash);
    if (ghost >= this.#uses.length) this.#grow(ghost + 1);
    this.#uses[ghost] = use;
    this.#order.addLast(ghost);
  }

  #rebuild(): void {
    const kept = Array.from(this.#order, (ghost) => [this.#index.hashOf(ghost), this.#uses[ghost]!] as const);
    this.#index = new HashIndex();
    this.#order = new SlotList();
    this.#uses = new Float64Array(FIRST_SIZE);
    for (const [hash, use] of kept) this.#append(hash, use);
  }

  #forget(ghost: number): void {
    this.#order.remove(ghost);
    this.#index.remove(ghost);
  }

  #grow(atLeast: number): void {
    const uses = new Float64Array(Math.max(atLeast, 2 * this.#uses.length));
    uses.set(this.#uses);
    this.#uses = uses;
  }
}
