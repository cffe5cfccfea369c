import { SlotList } from './slot-list.js';

/** Room for so many at first, a power of two, as it stays. */
const FIRST_ROOM = 16;
/** Of more room than so many times what may be needed, some is given back. */
const SPARE = 4;

/**
 * The part of a LIRS stack whose entries are gone: key hashes with the time of their last use, the oldest first. Bounded, and cut off at
 * the bottom as the stack is pruned. Every operation is O(1), amortised where the stack is cut or the room doubles.
 */
export class LirsGhosts {
  /** Ghosts are known by a number below the room that there is. */
  #order = new SlotList();
  #hashes = new Uint32Array(FIRST_ROOM);
  #uses = new Float64Array(FIRST_ROOM);
  /** A hash table with chains: of the hashes that end alike, the first ghost, plus one; 0 where there is none. */
  #heads = new Int32Array(FIRST_ROOM);
  /** By ghost: the next in its chain, plus one. The numbers that are free form a chain too. */
  #next = new Int32Array(FIRST_ROOM);
  #free = 0;
  /** How many numbers were ever given away. */
  #given = 0;
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
    if (this.#order.size === this.#hashes.length) this.#rebuild(2 * this.#hashes.length);
    this.#append(hash >>> 0, use);
    this.#newestUse = use;
  }

  /** Forgets a hash; answers whether it was known. */
  take(hash: number): boolean {
    const ghost = this.#find(hash >>> 0);
    if (ghost === -1) return false;
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
    let room = this.#hashes.length;
    while (room > SPARE * Math.max(capacity, FIRST_ROOM)) room /= 2;
    if (room < this.#hashes.length) this.#rebuild(room);
  }

  /** @throws Error where the books do not balance, or something was not used after `cut`. */
  audit(name: string, cut: number): void {
    this.#order.auditLinks(name);
    let last = cut;
    for (const ghost of this.#order) {
      if (this.#uses[ghost]! <= last) throw new Error(`${name}: ghost ${ghost} is out of order`);
      if (this.#find(this.#hashes[ghost]!) !== ghost) throw new Error(`${name}: ghost ${ghost} is not found`);
      last = this.#uses[ghost]!;
    }
    const { size } = this.#order;
    if (size > 0 && last > this.#newestUse)
      throw new Error(`${name}: the newest was used at ${last}, not at ${this.#newestUse}`);
    if (size > this.#capacity) throw new Error(`${name}: ${size} of at most ${this.#capacity}`);
    const chained = this.#heads.reduce((sum, head) => sum + this.#lengthOf(head), 0);
    const free = this.#lengthOf(this.#free);
    if (chained !== size || free + size !== this.#given)
      throw new Error(`${name}: ${size} ghosts, ${chained} chained, ${free} free of ${this.#given}`);
  }

  /** The ghost of a hash, or -1. */
  #find(hash: number): number {
    let ghost = this.#heads[this.#homeOf(hash)]! - 1;
    while (ghost !== -1 && this.#hashes[ghost] !== hash) ghost = this.#next[ghost]! - 1;
    return ghost;
  }

  #homeOf(hash: number): number {
    return hash & (this.#heads.length - 1);
  }

  #append(hash: number, use: number): void {
    const ghost = this.#takeNumber();
    const home = this.#homeOf(hash);
    this.#hashes[ghost] = hash;
    this.#uses[ghost] = use;
    this.#next[ghost] = this.#heads[home]!;
    this.#heads[home] = ghost + 1;
    this.#order.addLast(ghost);
  }

  #takeNumber(): number {
    if (this.#free === 0) return this.#given++;
    const ghost = this.#free - 1;
    this.#free = this.#next[ghost]!;
    return ghost;
  }

  #forget(ghost: number): void {
    const next = this.#next;
    const home = this.#homeOf(this.#hashes[ghost]!);
    let before = this.#heads[home]! - 1;
    if (before === ghost) {
      this.#heads[home] = next[ghost]!;
    } else {
      while (next[before] !== ghost + 1) before = next[before]! - 1;
      next[before] = next[ghost]!;
    }
    next[ghost] = this.#free;
    this.#free = ghost + 1;
    this.#order.remove(ghost);
  }

  #rebuild(room: number): void {
    const [order, hashes, uses] = [this.#order, this.#hashes, this.#uses];
    this.#order = new SlotList();
    this.#hashes = new Uint32Array(room);
    this.#uses = new Float64Array(room);
    this.#heads = new Int32Array(room);
    this.#next = new Int32Array(room);
    this.#free = 0;
    this.#given = 0;
    for (const ghost of order) this.#append(hashes[ghost]!, uses[ghost]!);
  }

  #lengthOf(chain: number): number {
    let length = 0;
    for (let link = chain; link !== 0 && length <= this.#given; link = this.#next[link - 1]!) length++;
    return length;
  }
}
