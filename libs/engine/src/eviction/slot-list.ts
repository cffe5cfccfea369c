import type { Slot } from './strategy.js';

/** Stands in the places of slots that are no members: new memory is zero, and need not be touched before it is used. */
const ABSENT = 0;
/** The place before the first and after the last member; those of the slots follow, see {@link placeOf}. */
const ENDS = 2;
const FIRST_SIZE = 64;

/**
 * A doubly linked list of slots, both links of a slot side by side in one typed array, so that a step touches one cache
 * line. A slot is at most once in a list; every operation is O(1) and allocates nothing, except that the array doubles when a larger slot
 * appears.
 */
export class SlotList {
  /** At each place, the place of the next member, and beside it that of the previous one: a ring that is closed by {@link ENDS}. */
  #links: Int32Array;
  #size = 0;

  /** @param slots for how many there is room at first. */
  constructor(slots = 0) {
    this.#links = new Int32Array(placeOf(Math.max(FIRST_SIZE, slots))).fill(ENDS, ENDS, ENDS + 2);
  }

  get size(): number {
    return this.#size;
  }

  get first(): Slot | undefined {
    return slotAt(this.#links[ENDS]!);
  }

  get last(): Slot | undefined {
    return slotAt(this.#links[ENDS + 1]!);
  }

  has(slot: Slot): boolean {
    const place = placeOf(slot);
    return place < this.#links.length && this.#links[place] !== ABSENT;
  }

  /** The member before `slot`, which must be a member. */
  before(slot: Slot): Slot | undefined {
    return slotAt(this.#links[placeOf(slot) + 1]!);
  }

  /** The member after `slot`, which must be a member. */
  after(slot: Slot): Slot | undefined {
    return slotAt(this.#links[placeOf(slot)]!);
  }

  addLast(slot: Slot): void {
    const place = placeOf(slot);
    if (place >= this.#links.length) this.#grow(place + 2);
    const links = this.#links;
    const last = links[ENDS + 1]!;
    links[place] = ENDS;
    links[place + 1] = last;
    links[last] = place;
    links[ENDS + 1] = place;
    this.#size++;
  }

  /** Adds right after a member, or as the first where `member` is undefined. */
  addAfter(member: Slot | undefined, slot: Slot): void {
    const place = placeOf(slot);
    if (place >= this.#links.length) this.#grow(place + 2);
    const links = this.#links;
    const previous = member === undefined ? ENDS : placeOf(member);
    const next = links[previous]!;
    links[place] = next;
    links[place + 1] = previous;
    links[previous] = place;
    links[next + 1] = place;
    this.#size++;
  }

  remove(slot: Slot): void {
    const links = this.#links;
    const place = placeOf(slot);
    const next = links[place]!;
    const previous = links[place + 1]!;
    links[previous] = next;
    links[next + 1] = previous;
    links[place] = ABSENT;
    this.#size--;
  }

  /** On the path of every read of a list by recency, so it is written out; places are even, and `| 1` never overflows. */
  moveToLast(slot: Slot): void {
    const links = this.#links;
    const place = placeOf(slot);
    const next = links[place]!;
    if (next === ENDS) return;
    const previous = links[place | 1]!;
    const last = links[ENDS | 1]!;
    links[previous] = next;
    links[next | 1] = previous;
    links[place] = ENDS;
    links[place | 1] = last;
    links[last] = place;
    links[ENDS | 1] = place;
  }

  *[Symbol.iterator](): Generator<Slot, void> {
    for (let place = this.#links[ENDS]!; place !== ENDS; place = this.#links[place]!) yield place / 2 - 2;
  }

  /** Walks the ring and throws where the links of a member disagree, or the size does. */
  auditLinks(name: string): void {
    let previous = ENDS;
    let count = 0;
    for (const slot of this) {
      if (this.#links[placeOf(slot) + 1] !== previous)
        throw new Error(`${name}: slot ${slot} does not link back`);
      if (++count > this.#size)
        throw new Error(`${name}: more links than its size ${this.#size}, or a cycle`);
      previous = placeOf(slot);
    }
    if (this.#links[ENDS + 1] !== previous)
      throw new Error(`${name}: ends at ${String(slotAt(previous))}, not at its last`);
    const members = this.#links.filter((next, at) => at > ENDS && at % 2 === 0 && next !== ABSENT).length;
    if (count !== this.#size || members !== count) {
      throw new Error(`${name}: size ${this.#size}, ${count} linked, ${members} marked`);
    }
  }

  #grow(atLeast: number): void {
    const links = new Int32Array(Math.max(atLeast, this.#links.length * 2));
    links.set(this.#links);
    this.#links = links;
  }
}

/** Places come in pairs, the second of which are the ends. */
function placeOf(slot: Slot): number {
  return (slot + 2) << 1;
}

function slotAt(place: number): Slot | undefined {
  return place === ENDS ? undefined : place / 2 - 2;
}
