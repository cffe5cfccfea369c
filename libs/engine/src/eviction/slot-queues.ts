import type { Slot } from './strategy.js';

const FIRST_SIZE = 64;
/** Stands for the queue of a slot that is in none; the others are noted as their number plus one. */
const NOWHERE = 0;

/**
 * Several doubly linked lists of slots in one array of links, so that a slot pays for one list only and a step from one to
 * another touches the same cache lines as a step within. A slot is in one queue or in none; queues are known by their
 * number, from 0. O(1) and without allocation, except that the arrays double when a larger slot appears.
 */
export class SlotQueues {
  readonly #queues: number;
  /** Of node n, the next node at 2n and the previous one at 2n + 1. The first nodes close the queues to rings; a slot's own comes after them. */
  #links: Int32Array;
  /** By slot: its queue plus one; new memory is zero, and need not be touched before it is used. */
  #queueOf: Uint8Array;
  readonly #sizes: Int32Array;

  /** @param slots for how many there is room at first. */
  constructor(queues: number, slots = 0) {
    const size = Math.max(FIRST_SIZE, slots);
    this.#queues = queues;
    this.#queueOf = new Uint8Array(size);
    this.#sizes = new Int32Array(queues);
    this.#links = new Int32Array(2 * (queues + size));
    for (let queue = 0; queue < queues; queue++) this.#links.fill(queue, 2 * queue, 2 * queue + 2);
  }

  size(queue: number): number {
    return this.#sizes[queue]!;
  }

  first(queue: number): Slot | undefined {
    return this.#slotOf(this.#links[2 * queue]!);
  }

  /** The first of a queue that is not `spared`. */
  firstBut(queue: number, spared: Slot | undefined): Slot | undefined {
    const first = this.first(queue);
    return first !== undefined && first === spared ? this.after(first) : first;
  }

  /** The next in the queue of `slot`, which must be in one. */
  after(slot: Slot): Slot | undefined {
    return this.#slotOf(this.#links[2 * (slot + this.#queues)]!);
  }

  /** Whether a slot is in a queue; of a slot that was never in one, too. */
  isIn(queue: number, slot: Slot): boolean {
    return this.#queueOf[slot] === queue + 1;
  }

  /** Adds a slot that is in no queue. */
  addLast(queue: number, slot: Slot): void {
    if (slot >= this.#queueOf.length) this.#grow(slot + 1);
    link(this.#links, slot + this.#queues, this.#links[2 * queue + 1]!);
    this.#queueOf[slot] = queue + 1;
    this.#sizes[queue]!++;
  }

  /** Puts a slot at the end of a queue, whichever it is in. */
  moveToLast(queue: number, slot: Slot): void {
    this.moveWithin(queue, slot);
    if (this.#queueOf[slot] !== queue + 1) this.#enrol(slot, queue);
  }

  /** Puts a slot at the end of the queue that it is in. On the path of every read, so it is written out. */
  moveWithin(queue: number, slot: Slot): void {
    const links = this.#links;
    const node = slot + this.#queues;
    const last = links[2 * queue + 1]!;
    if (node === last) return;
    const next = links[2 * node]!;
    const previous = links[2 * node + 1]!;
    links[2 * previous] = next;
    links[2 * next + 1] = previous;
    links[2 * node] = queue;
    links[2 * node + 1] = last;
    links[2 * last] = node;
    links[2 * queue + 1] = node;
  }

  remove(slot: Slot): void {
    unlink(this.#links, slot + this.#queues);
    this.#sizes[this.#queueOf[slot]! - 1]!--;
    this.#queueOf[slot] = NOWHERE;
  }

  /** Puts a slot that is in no queue in the place of one that is; that one then is in none. */
  replace(slot: Slot, by: Slot): void {
    if (by >= this.#queueOf.length) this.#grow(by + 1);
    link(this.#links, by + this.#queues, slot + this.#queues);
    unlink(this.#links, slot + this.#queues);
    this.#queueOf[by] = this.#queueOf[slot]!;
    this.#queueOf[slot] = NOWHERE;
  }

  *members(queue: number): Generator<Slot, void> {
    for (let slot = this.first(queue); slot !== undefined; slot = this.after(slot)) yield slot;
  }

  /** Walks the queues and throws where the links of a member disagree, or where a size or the queue of a slot does. */
  audit(name: string): void {
    let count = 0;
    for (let queue = 0; queue < this.#queues; queue++) count += this.#auditQueue(`${name} ${queue}`, queue);
    const members = this.#queueOf.filter((queue) => queue !== NOWHERE).length;
    if (members !== count) throw new Error(`${name}: ${count} slots linked, ${members} marked`);
  }

  #auditQueue(name: string, queue: number): number {
    const links = this.#links;
    let count = 0;
    let previous = queue;
    for (const slot of this.members(queue)) {
      const node = slot + this.#queues;
      if (links[2 * node + 1] !== previous) throw new Error(`${name}: slot ${slot} does not link back`);
      if (!this.isIn(queue, slot)) throw new Error(`${name}: slot ${slot} is marked as elsewhere`);
      if (++count > this.size(queue))
        throw new Error(`${name}: more links than its size ${this.size(queue)}, or a cycle`);
      previous = node;
    }
    if (links[2 * queue + 1] !== previous) throw new Error(`${name}: does not end at its last`);
    if (links[2 * previous] !== queue) throw new Error(`${name}: ends in another queue`);
    if (count !== this.size(queue)) throw new Error(`${name}: size ${this.size(queue)}, ${count} linked`);
    return count;
  }

  #enrol(slot: Slot, queue: number): void {
    this.#sizes[this.#queueOf[slot]! - 1]!--;
    this.#sizes[queue]!++;
    this.#queueOf[slot] = queue + 1;
  }

  #slotOf(node: number): Slot | undefined {
    return node < this.#queues ? undefined : node - this.#queues;
  }

  #grow(atLeast: number): void {
    const size = Math.max(atLeast, 2 * this.#queueOf.length);
    const links = new Int32Array(2 * (size + this.#queues));
    links.set(this.#links);
    this.#links = links;
    const queueOf = new Uint8Array(size);
    queueOf.set(this.#queueOf);
    this.#queueOf = queueOf;
  }
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
