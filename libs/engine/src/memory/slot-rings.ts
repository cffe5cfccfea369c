import type { Slot } from '../eviction/strategy.js';

/**
 * Doubly linked rings of slots that share one typed array: a slot is at most in one of them, and is taken out without knowing of which.
 * Every operation is O(1), also pouring one ring into another. The rings are numbered from 0.
 */
export class SlotRings {
  readonly #count: number;
  /** Of node n, the next node of its ring at 2n and the previous one at 2n + 1. A ring is its own first node; slots come after the rings. */
  #links: Int32Array;

  constructor(count: number) {
    this.#count = count;
    this.#links = new Int32Array(2 * count);
    this.clear();
  }

  isEmpty(ring: number): boolean {
    return this.#links[2 * ring] === ring;
  }

  first(ring: number): Slot | undefined {
    const node = this.#links[2 * ring]!;
    return node === ring ? undefined : node - this.#count;
  }

  /** Makes room for the slots below `span`. */
  grow(span: number): void {
    const links = new Int32Array(2 * (this.#count + span));
    links.set(this.#links);
    this.#links = links;
  }

  addLast(ring: number, slot: Slot): void {
    const links = this.#links;
    const node = slot + this.#count;
    const last = links[2 * ring + 1]!;
    links[2 * node] = ring;
    links[2 * node + 1] = last;
    links[2 * last] = node;
    links[2 * ring + 1] = node;
  }

  remove(slot: Slot): void {
    const links = this.#links;
    const node = slot + this.#count;
    const next = links[2 * node]!;
    const previous = links[2 * node + 1]!;
    links[2 * previous] = next;
    links[2 * next + 1] = previous;
  }

  /** Puts all that is in one ring behind what is in another. */
  pour(from: number, into: number): void {
    if (this.isEmpty(from)) return;
    const links = this.#links;
    const first = links[2 * from]!;
    const last = links[2 * from + 1]!;
    const before = links[2 * into + 1]!;
    links[2 * before] = first;
    links[2 * first + 1] = before;
    links[2 * last] = into;
    links[2 * into + 1] = last;
    links[2 * from] = links[2 * from + 1] = from;
  }

  /** Empties every ring. */
  clear(): void {
    for (let ring = 0; ring < this.#count; ring++) this.#links[2 * ring] = this.#links[2 * ring + 1] = ring;
  }

  /** What is in a ring. @throws Error where the links of a member disagree. */
  audit(ring: number): Slot[] {
    const slots: Slot[] = [];
    let previous = ring;
    for (let node = this.#links[2 * ring]!; node !== ring; node = this.#links[2 * node]!) {
      slots.push(node - this.#count);
      if (this.#links[2 * node + 1] !== previous)
        throw new Error(`rings: slot ${node - this.#count} does not link back`);
      if (node < this.#count || slots.length > this.#links.length)
        throw new Error(`rings: ring ${ring} does not close`);
      previous = node;
    }
    if (this.#links[2 * ring + 1] !== previous) throw new Error(`rings: ring ${ring} has a wrong last`);
    return slots;
  }
}
