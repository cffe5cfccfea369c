// A strategy of one's own: evicts at random among the residents, which needs no order and no memory of uses.
import {
  createCache,
  type EvictionContext,
  type EvictionStrategy,
  type EvictionStrategyFactory,
  type Slot,
} from 'nuthatch/engine';

class AtRandom implements EvictionStrategy {
  readonly #slots: Slot[] = [];
  readonly #indexOf = new Map<Slot, number>();
  readonly #random: EvictionContext['random'];

  constructor({ random }: EvictionContext) {
    this.#random = random;
  }

  onInsert(slot: Slot): void {
    this.#indexOf.set(slot, this.#slots.length);
    this.#slots.push(slot);
  }

  onAccess(): void {
    // A use changes nothing.
  }

  /** The last one takes the place of the one that leaves. */
  onRemove(slot: Slot): void {
    const index = this.#indexOf.get(slot);
    const last = this.#slots.pop();
    this.#indexOf.delete(slot);
    if (index === undefined || last === undefined || last === slot) return;
    this.#slots[index] = last;
    this.#indexOf.set(last, index);
  }

  chooseVictim(): Slot | undefined {
    return this.#slots[Math.floor(this.#random.next() * this.#slots.length)];
  }

  order(): Iterable<Slot> {
    return [...this.#slots];
  }

  resize(): void {
    // It keeps nothing that depends on the capacity.
  }

  audit(resident: ReadonlySet<Slot>): void {
    if (this.#slots.length !== resident.size || this.#slots.some((slot) => !resident.has(slot)))
      throw new Error('the slots are not those of the residents');
  }
}

const atRandom: EvictionStrategyFactory = { create: (context) => new AtRandom(context) };

const cache = await createCache<number>({ maxItems: 100, eviction: atRandom });
for (let key = 0; key < 1_000; key++) await cache.set(String(key), key);
console.log('resident:', cache.size, 'evicted:', cache.metrics().evictions);

cache.swapEviction('lru'); // while running
console.log('now:', cache.info().eviction.strategy, 'with', cache.size);

await cache.close();
