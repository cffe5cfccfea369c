import type { RemovalCause } from '../kernel/entry.js';
import { auditMembers } from './audit.js';
import { GhostList } from './ghost-list.js';
import { SlotHashes } from './slot-hashes.js';
import { SlotQueues } from './slot-queues.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** Stands for a slot where there is none. */
const NONE = -1;
const FIRST_SIZE = 64;
/** What newcomers pass through; both queues have the next to leave first. */
const SMALL = 0;
const MAIN = 1;
/** The part of the room that newcomers pass through, as in the paper. */
const SMALL_SHARE = 0.1;
/** Uses are counted up to this. */
const MOST_USES = 3;
/** So many uses in the small queue lead to the main one. */
const USES_TO_MOVE_ON = 2;
const LEAVES = -1;
/**
 * So many entries are spared for one victim at most, then whoever comes leaves: a few milliseconds. The paper sets no bound, but where a million
 * entries have been used, the next eviction would move them all up to three times. Smaller caches seldom come to it.
 */
const LONGEST_SEARCH = 16_384;

/**
 * S3-FIFO (Juncheng Yang, Yazhuo Zhang, Ziyue Qiu, Yao Yue and K. V. Rashmi, "FIFO queues are all you need for cache eviction",
 * SOSP 2023). Newcomers pass through a small queue, and move on to the main one where they were used on the way; the others leave,
 * and are remembered for as long as the main queue is. Who is remembered comes back into the main queue at once. There a use earns
 * one more round. A use itself only counts.
 *
 * The paper evicts before it inserts: here the newcomer waits outside the queues until the next one comes.
 */
class S3Fifo implements EvictionStrategy {
  readonly #context: EvictionContext;
  readonly #queues: SlotQueues;
  readonly #hashes: SlotHashes;
  readonly #ghosts = new GhostList(0);
  /** By slot: uses since it came, or was moved on, less the rounds that they earned. */
  #uses = new Uint8Array(FIRST_SIZE);
  #mainLimit = 0;
  #newcomer: Slot = NONE;
  /** Where the newcomer belongs. */
  #newcomersQueue: typeof SMALL | typeof MAIN = SMALL;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#queues = new SlotQueues(2, context.slots);
    this.#hashes = new SlotHashes(context.slots);
    this.resize(context.capacity);
  }

  onInsert(slot: Slot): void {
    if (slot >= this.#uses.length) this.#grow(slot + 1);
    this.#seatNewcomer();
    const hash = this.#context.hashOf(slot);
    const isKnown = this.#ghosts.delete(hash) || this.#context.entries.hits(slot) > 0;
    this.#hashes.set(slot, hash);
    this.#newcomer = slot;
    this.#newcomersQueue = isKnown ? MAIN : SMALL;
  }

  onAccess(slot: Slot): void {
    const uses = this.#uses[slot]!;
    if (uses < MOST_USES) this.#uses[slot] = uses + 1;
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    if (slot === this.#newcomer) this.#seatNewcomer();
    this.#uses[slot] = 0;
    if (cause === 'evicted' && this.#queues.isIn(SMALL, slot)) this.#ghosts.add(this.#hashes.of(slot));
    this.#queues.remove(slot);
  }

  chooseVictim(): Slot | undefined {
    for (let spared = 0; ; spared++) {
      const queue = this.#nextQueue(this.#queues.size(SMALL), this.#queues.size(MAIN));
      const slot = this.#queues.first(queue);
      if (slot === undefined) return this.#newcomer === NONE ? undefined : this.#newcomer;
      // Where the search is cut off too, the same one is named when asked again.
      if (spared === LONGEST_SEARCH) this.#uses[slot] = 0;
      const left = usesLeft(queue, this.#uses[slot]!);
      if (left === LEAVES) return slot;
      this.#uses[slot] = left;
      this.#queues.moveToLast(MAIN, slot);
    }
  }

  /** Plays on with copies. */
  *order(): Generator<Slot, void> {
    const uses = this.#uses.slice();
    const queues: readonly [Slot[], Slot[]] = [
      [...this.#queues.members(SMALL)],
      [...this.#queues.members(MAIN)],
    ];
    const next: [number, number] = [0, 0];
    for (let spared = 0; ; spared++) {
      const queue = this.#nextQueue(queues[SMALL].length - next[SMALL], queues[MAIN].length - next[MAIN]);
      const slot = queues[queue][next[queue]++];
      if (slot === undefined) break;
      const left = spared === LONGEST_SEARCH ? LEAVES : usesLeft(queue, uses[slot]!);
      uses[slot] = left;
      if (left !== LEAVES) {
        queues[MAIN].push(slot);
        continue;
      }
      yield slot;
      spared = -1;
    }
    if (this.#newcomer !== NONE) yield this.#newcomer;
  }

  resize(capacity: number): void {
    this.#mainLimit = capacity - Math.max(1, Math.floor(SMALL_SHARE * capacity));
    this.#ghosts.resize(this.#mainLimit);
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#queues.audit('s3Fifo');
    this.#ghosts.audit('s3Fifo ghosts');
    const newcomers = this.#newcomer === NONE ? [] : [this.#newcomer];
    auditMembers(
      's3Fifo queues',
      [...this.#queues.members(SMALL), ...this.#queues.members(MAIN), ...newcomers],
      resident,
    );
    auditMembers('s3Fifo order', this.order(), resident);
    const wrongUses = this.#uses.findIndex((uses, slot) => uses > (resident.has(slot) ? MOST_USES : 0));
    if (wrongUses !== -1) throw new Error(`s3Fifo: ${this.#uses[wrongUses]} uses of slot ${wrongUses}`);
    const wrongHash = [...resident].find(
      (slot) => this.#hashes.of(slot) !== this.#context.hashOf(slot) >>> 0,
    );
    if (wrongHash !== undefined) throw new Error(`s3Fifo: slot ${wrongHash} has another hash`);
  }

  /** The main queue gives up what is over its limit; the small one takes what is left. */
  #nextQueue(small: number, main: number): typeof SMALL | typeof MAIN {
    return main > this.#mainLimit || small === 0 ? MAIN : SMALL;
  }

  #seatNewcomer(): void {
    if (this.#newcomer === NONE) return;
    this.#queues.addLast(this.#newcomersQueue, this.#newcomer);
    this.#newcomer = NONE;
  }

  #grow(atLeast: number): void {
    const uses = new Uint8Array(Math.max(atLeast, 2 * this.#uses.length));
    uses.set(this.#uses);
    this.#uses = uses;
  }
}

/** With how many uses an entry goes on in the main queue when its turn has come, or {@link LEAVES}. */
function usesLeft(queue: typeof SMALL | typeof MAIN, uses: number): number {
  if (queue === MAIN) return uses === 0 ? LEAVES : uses - 1;
  return uses < USES_TO_MOVE_ON ? LEAVES : 0;
}

/** Lets newcomers pass through a tenth of the room, unless they are used on the way. A use costs next to nothing. O(1), amortised. */
export const s3Fifo: EvictionStrategyFactory = {
  name: 's3Fifo',
  create: (context) => new S3Fifo(context),
};
