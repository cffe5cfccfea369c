import type { RemovalCause } from '../kernel/entry.js';
import { auditMembers } from './audit.js';
import { SlotList } from './slot-list.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** The entries that were used equally often: a stretch of the one list, known by its last member. */
interface Bucket {
  frequency: number;
  size: number;
  last: Slot;
  lower: Bucket | undefined;
  higher: Bucket | undefined;
}

/**
 * Least frequently used, in constant time: a chain of buckets in order of frequency (Ketan Shah, Anirban Mitra and
 * Dhruv Matani, "An O(1) algorithm for implementing the LFU cache eviction scheme", 2010). Here the buckets are
 * stretches of one list. Equals leave in order of last use.
 *
 * The paper evicts before it inserts; here the newcomer is in already, so it is spared until the next one comes. Else a
 * cache whose entries have all been read would never take in anybody.
 */
class Lfu implements EvictionStrategy {
  readonly #context: EvictionContext;
  readonly #ages: boolean;
  /** Least used first; among equals, the longest unused first. */
  readonly #uses: SlotList;
  readonly #bucketOf: (Bucket | undefined)[] = [];
  #lowest: Bucket | undefined;
  /** Where the last resident went: at a swap they come with a history and in order, so the next one is near. */
  #hint: Bucket | undefined;
  /** The last that came in, while it is unused. */
  #newcomer: Slot | undefined;
  /** The frequency from which newcomers start: where entries age, that of the last victim. */
  #age = 0;

  constructor(context: EvictionContext, ages: boolean) {
    this.#context = context;
    this.#uses = new SlotList(context.slots);
    this.#ages = ages;
  }

  onInsert(slot: Slot): void {
    // Written out of order, as at a swap, the array would have holes and be slow.
    while (this.#bucketOf.length <= slot) this.#bucketOf.push(undefined);
    const hits = this.#context.entries.hits(slot);
    const frequency = this.#age + hits + 1;
    this.#hint = this.#place(
      slot,
      frequency,
      this.#lastBelow(frequency, hits === 0 ? this.#lowest : this.#hint),
    );
    this.#newcomer = hits === 0 ? slot : undefined;
  }

  onAccess(slot: Slot): void {
    if (slot === this.#newcomer) this.#newcomer = undefined;
    const bucket = this.#bucketOf[slot]!;
    const frequency = bucket.frequency + 1;
    if (bucket.size === 1 && bucket.higher?.frequency !== frequency) {
      bucket.frequency = frequency;
      return;
    }
    this.#leave(slot, bucket);
    this.#place(slot, frequency, bucket.size > 0 ? bucket : bucket.lower);
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    // What is too heavy to be kept is evicted, too, and was not the one to go.
    const ages = this.#ages && cause === 'evicted' && slot === this.chooseVictim();
    if (slot === this.#newcomer) this.#newcomer = undefined;
    const bucket = this.#bucketOf[slot]!;
    const { frequency } = bucket;
    this.#leave(slot, bucket);
    this.#bucketOf[slot] = undefined;
    if (ages && frequency > this.#age) this.#ageTo(frequency);
  }

  chooseVictim(): Slot | undefined {
    const { first } = this.#uses;
    return first === undefined || first !== this.#newcomer ? first : (this.#uses.after(first) ?? first);
  }

  *order(): Generator<Slot, void> {
    for (const slot of this.#uses) if (slot !== this.#newcomer) yield slot;
    if (this.#newcomer !== undefined) yield this.#newcomer;
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    this.#uses.auditLinks('lfu');
    auditMembers('lfu', this.#uses, resident);
    auditMembers('lfu order', this.order(), resident);
    this.#auditBuckets(resident);
  }

  /** The newcomer came for the victim's place, so it starts from what the victim left. */
  #ageTo(frequency: number): void {
    this.#age = frequency;
    if (this.#newcomer === undefined) return;
    this.#leave(this.#newcomer, this.#bucketOf[this.#newcomer]!);
    this.#place(this.#newcomer, frequency + 1, this.#lastBelow(frequency + 1, this.#lowest));
  }

  /** The last bucket of a frequency below `frequency`, searched from one that may be near. */
  #lastBelow(frequency: number, near: Bucket | undefined): Bucket | undefined {
    let bucket = near ?? this.#lowest;
    while (bucket !== undefined && bucket.frequency >= frequency) bucket = bucket.lower;
    while (bucket?.higher !== undefined && bucket.higher.frequency < frequency) bucket = bucket.higher;
    return bucket;
  }

  /** Puts a slot at the end of the bucket of its frequency, which stands right above `below` or comes there. */
  #place(slot: Slot, frequency: number, below: Bucket | undefined): Bucket {
    const above = below === undefined ? this.#lowest : below.higher;
    const bucket = above?.frequency === frequency ? above : this.#open(frequency, below, above);
    this.#uses.addAfter(bucket.size > 0 ? bucket.last : below?.last, slot);
    bucket.last = slot;
    bucket.size++;
    this.#bucketOf[slot] = bucket;
    return bucket;
  }

  #open(frequency: number, lower: Bucket | undefined, higher: Bucket | undefined): Bucket {
    const bucket: Bucket = { frequency, size: 0, last: -1, lower, higher };
    if (lower === undefined) this.#lowest = bucket;
    else lower.higher = bucket;
    if (higher !== undefined) higher.lower = bucket;
    return bucket;
  }

  #leave(slot: Slot, bucket: Bucket): void {
    bucket.size--;
    if (bucket.size === 0) this.#close(bucket);
    else if (bucket.last === slot) bucket.last = this.#uses.before(slot)!;
    this.#uses.remove(slot);
  }

  #close(bucket: Bucket): void {
    if (bucket.lower === undefined) this.#lowest = bucket.higher;
    else bucket.lower.higher = bucket.higher;
    if (bucket.higher !== undefined) bucket.higher.lower = bucket.lower;
    if (this.#hint === bucket) this.#hint = bucket.lower;
  }

  #auditBuckets(resident: ReadonlySet<Slot>): void {
    const slots = [...this.#uses];
    let lower: Bucket | undefined;
    let at = 0;
    for (let bucket = this.#lowest; bucket !== undefined; bucket = bucket.higher) {
      this.#auditBucket(bucket, lower, slots.slice(at, at + bucket.size));
      at += bucket.size;
      lower = bucket;
    }
    if (at !== resident.size) throw new Error(`lfu: buckets hold ${at}, ${resident.size} resident`);
    this.#auditLeftovers(resident);
  }

  #auditBucket(bucket: Bucket, lower: Bucket | undefined, members: readonly Slot[]): void {
    const name = `lfu bucket ${bucket.frequency}`;
    if (bucket.size === 0) throw new Error(`${name} is empty`);
    if (bucket.lower !== lower) throw new Error(`${name} does not link back`);
    if (lower !== undefined && lower.frequency >= bucket.frequency)
      throw new Error(`${name} is out of order`);
    if (members.at(-1) !== bucket.last)
      throw new Error(`${name} ends at ${bucket.last}, not at ${members.at(-1)}`);
    const stray = members.find((slot) => this.#bucketOf[slot] !== bucket);
    if (stray !== undefined) throw new Error(`${name}: slot ${stray} points to another bucket`);
  }

  #auditLeftovers(resident: ReadonlySet<Slot>): void {
    const { frequency } = this.#lowest ?? { frequency: Infinity };
    if (frequency < this.#age || (!this.#ages && this.#age > 0))
      throw new Error(`lfu: aged by ${this.#age}, the lowest frequency is ${frequency}`);
    const stale = this.#bucketOf.findIndex((bucket, slot) => bucket !== undefined && !resident.has(slot));
    if (stale !== -1) throw new Error(`lfu: slot ${stale} left, but still has a bucket`);
    let hint = this.#hint;
    while (hint?.lower !== undefined) hint = hint.lower;
    if (hint !== undefined && hint !== this.#lowest)
      throw new Error('lfu: the hint points to a closed bucket');
  }
}

/** Evicts the entry that was used least often, the newcomer aside; among equals, the one whose last use is longest ago. O(1). */
export const lfu: EvictionStrategyFactory = { name: 'lfu', create: (context) => new Lfu(context, false) };

/**
 * `lfu` that forgets: newcomers start from the frequency of the last victim instead of from nothing, so that they catch up with what was used
 * often long ago, and nothing stays for its past alone (dynamic ageing: Martin Arlitt, Ludmila Cherkasova, John Dilley, Rich Friedrich and
 * Tai Jin, "Evaluating content management techniques for Web proxy caches", Performance Evaluation
 * Review 27(4), 2000). O(1).
 *
 * @example
 * ```ts
 * const cache = new MemoryCache<string, Page>({ maxItems: 10_000, eviction: agingLfu });
 * ```
 */
export const agingLfu: EvictionStrategyFactory = {
  name: 'agingLfu',
  create: (context) => new Lfu(context, true),
};
