import type { Slot } from './strategy.js';

/** The node that is before the first and after the last member; a slot's own node comes one later. */
const ENDS = 0;
/** Stands for a link of a slot that is no member. */
const ABSENT = -1;
const FIRST_SIZE = 64;

/**
 * A doubly linked list of slots, both links of a slot side by side in one typed array, so that a step touches one cache
 * line. A slot is at most once in a list; every operation is O(1) and allocates nothing, except that the array doubles when a larger slot
 * appears.
 */
export class SlotList {
  /** Of node n, the next node at 2n and the previous one at 2n + 1. The list is a ring that is closed by {@link ENDS}. */
  #links = new Int32Array(2 * FIRST_SIZE).fill(ABSENT).fill(ENDS, 0, 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Slot | undefined {
    return slotOf(this.#links[2 * ENDS]!);
  }

  get last(): Slot | undefined {
    return slotOf(this.#links[2 * ENDS + 1]!);
  }

  has(slot: Slot): boolean {
    const at = 2 * nodeOf(slot);
    return at < this.#links.length && this.#links[at] !== ABSENT;
  }

  /** The member before `slot`, which must be a member. */
  before(slot: Slot): Slot | undefined {
    return slotOf(this.#links[2 * nodeOf(slot) + 1]!);
  }

  /** The member after `slot`, which must be a member. */
  after(slot: Slot): Slot | undefined {
    return slotOf(this.#links[2 * nodeOf(slot)]!);
  }

  addLast(slot: Slot): void {
    this.#admit(slot);
    link(this.#links, nodeOf(slot), this.#links[2 * ENDS + 1]!);
  }

  /** Adds right after a member, or as the first where `member` is undefined. */
  addAfter(member: Slot | undefined, slot: Slot): void {
    this.#admit(slot);
    link(this.#links, nodeOf(slot), member === undefined ? ENDS : nodeOf(member));
  }

  remove(slot: Slot): void {
    const node = nodeOf(slot);
    unlink(this.#links, node);
    this.#links[2 * node] = ABSENT;
    this.#size--;
  }

  moveToLast(slot: Slot): void {
    const links = this.#links;
    const node = nodeOf(slot);
    const last = links[2 * ENDS + 1]!;
    if (node === last) return;
    unlink(links, node);
    link(links, node, last);
  }

  *[Symbol.iterator](): Generator<Slot, void> {
    for (let node = this.#links[2 * ENDS]!; node !== ENDS; node = this.#links[2 * node]!) yield node - 1;
  }

  /** Walks the ring and throws where the links of a member disagree, or the size does. */
  audit(name: string): void {
    let previous = ENDS;
    let count = 0;
    for (const slot of this) {
      if (this.#links[2 * nodeOf(slot) + 1] !== previous)
        throw new Error(`${name}: slot ${slot} does not link back`);
      if (++count > this.#size)
        throw new Error(`${name}: more links than its size ${this.#size}, or a cycle`);
      previous = nodeOf(slot);
    }
    if (this.#links[2 * ENDS + 1] !== previous)
      throw new Error(`${name}: ends at ${previous - 1}, not at its last`);
    const members = this.#links.filter((next, at) => at >= 2 && at % 2 === 0 && next !== ABSENT).length;
    if (count !== this.#size || members !== count) {
      throw new Error(`${name}: size ${this.#size}, ${count} linked, ${members} marked`);
    }
  }

  #admit(slot: Slot): void {
    const needed = 2 * (nodeOf(slot) + 1);
    if (needed > this.#links.length) this.#grow(needed);
    this.#size++;
  }

  #grow(atLeast: number): void {
    const links = new Int32Array(Math.max(atLeast, this.#links.length * 2)).fill(ABSENT);
    links.set(this.#links);
    this.#links = links;
  }
}

function nodeOf(slot: Slot): number {
  return slot + 1;
}

function slotOf(node: number): Slot | undefined {
  return node === ENDS ? undefined : node - 1;
}

function link(links: Int32Array, node: number, previous: number): void {
  const next = links[2 * previous]!;
  links[2 * node] = next;
  links[2 * node + 1] = previous;
  links[2 * previous] = node;
  links[2 * next + 1] = node;
}

function unlink(links: Int32Array, node: number): void {
  const next = links[2 * node]!;
  const previous = links[2 * node + 1]!;
  links[2 * previous] = next;
  links[2 * next + 1] = previous;
}
