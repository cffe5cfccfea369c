import { type ByteSize, parseByteSize } from '../kernel/byte-size.js';
import { badOption } from '../kernel/errors.js';
import { type HeapWatch, v8Heap } from '../kernel/heap.js';
import { waterLevel } from './water-level.js';

/** What a budget may be told. */
export interface MemoryBudgetOptions {
  /** How many bytes all its caches may hold together, as their `weigh` counts them: a number or `'256mb'`. */
  readonly maxTotalBytes: ByteSize;
  /**
   * The used share of the heap above which the caches give a quarter back after every full collection, until it is below; they get it back, a
   * tenth at a time, once it is an eighth below that. 0.85 by default; `false` leaves the heap alone.
   */
  readonly heapPressure?: number | false | undefined;
  /** Where the state of the heap comes from; V8 by default. */
  readonly heap?: HeapWatch | undefined;
}

/** A budget as it stands. */
export interface MemoryBudgetReport {
  readonly maxBytes: number;
  /** What may be held now: less than `maxBytes` while the heap is nearly full. */
  readonly limitBytes: number;
  readonly bytes: number;
  /** What each cache holds, by name. */
  readonly caches: Readonly<Record<string, number>>;
}

/** A cache as its budget sees it. */
export interface BudgetMember {
  readonly name: string;
  readonly bytes: () => number;
  readonly shrinkTo: (bytes: number) => void;
  /** Is told that the limit of all caches has changed. */
  readonly limited: (limitBytes: number, heapUsedShare: number) => void;
}

/** A cache's place in a budget. */
export interface BudgetPlace {
  /** To be called when the cache has grown: the caches that hold most give way. */
  settle(): void;
  leave(): void;
}

/** What stays of the limit at each full collection under pressure, what it grows by afterwards, and how far below the pressure must be. */
const [GIVEN_BACK, REGAINED, RELIEF] = [0.75, 1.1, 0.875];
/** Below this share of the budget pressure has other causes than the caches. */
const LEAST = 1 / 16;

/**
 * One bound on the memory of many caches: `createCache({ budget })` for each. Where they come to more together, the one that holds most evicts, down
 * to the next, so that no cache that holds less than its even share gives anything; what one does not need, another may use. Costs a write
 * one look at each cache.
 */
export class MemoryBudget {
  readonly #maxBytes: number;
  readonly #pressure: number | false;
  readonly #heap: HeapWatch;
  readonly #members = new Set<BudgetMember>();
  #limit: number;
  #isSettling = false;
  #stopWatching: (() => void) | undefined;

  /** @throws CacheError `bad_option`. */
  constructor({ maxTotalBytes, heapPressure = 0.85, heap = v8Heap }: MemoryBudgetOptions) {
    this.#maxBytes = parseByteSize('maxTotalBytes', maxTotalBytes);
    this.#pressure = parsePressure(heapPressure);
    this.#limit = this.#maxBytes;
    this.#heap = heap;
  }

  /** What is held, by whom, and what may be. */
  report(): MemoryBudgetReport {
    const caches = Object.fromEntries(Array.from(this.#members, ({ name, bytes }) => [name, bytes()]));
    return { maxBytes: this.#maxBytes, limitBytes: this.#limit, bytes: this.#held(), caches };
  }

  /** @internal Takes a cache in. */
  join(member: BudgetMember): BudgetPlace {
    this.#members.add(member);
    if (this.#pressure !== false) this.#stopWatching ??= this.#heap.start((used) => this.#collected(used));
    return {
      settle: () => this.#settle(),
      leave: () => {
        this.#members.delete(member);
        if (this.#members.size > 0) return;
        this.#stopWatching?.();
        this.#stopWatching = undefined;
      },
    };
  }

  #held(): number {
    let total = 0;
    for (const { bytes } of this.#members) total += bytes();
    return total;
  }

  /** Whoever puts something in when he is told of an eviction is settled with the next write. */
  #settle(): void {
    if (this.#isSettling || this.#held() <= this.#limit) return;
    this.#isSettling = true;
    try {
      const members = Array.from(this.#members);
      const level = waterLevel(
        members.map(({ bytes }) => bytes()),
        this.#limit,
      );
      for (const member of members) if (member.bytes() > level) member.shrinkTo(level);
    } finally {
      this.#isSettling = false;
    }
  }

  #collected(usedShare: number): void {
    const before = this.#limit;
    this.#limit = this.#limitAt(usedShare);
    if (this.#limit === before) return;
    this.#settle();
    for (const { limited } of this.#members) limited(this.#limit, usedShare);
  }

  #limitAt(usedShare: number): number {
    if (this.#pressure === false) return this.#maxBytes;
    if (usedShare > this.#pressure)
      // What is not used yet is given back first, at once.
      return Math.max(this.#maxBytes * LEAST, Math.floor(Math.min(this.#limit, this.#held()) * GIVEN_BACK));
    if (usedShare > this.#pressure * RELIEF) return this.#limit;
    return Math.min(this.#maxBytes, Math.ceil(this.#limit * REGAINED));
  }
}

function parsePressure(share: number | false): number | false {
  if (share === false || (share > 0 && share < 1)) return share;
  throw badOption('heapPressure', 'a share between 0 and 1, or false', share);
}
