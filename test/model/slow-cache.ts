/** The strategies that this cache knows: those that can be told in a line. The others have their references. */
export type SlowEviction = 'fifo' | 'lfu' | 'lru' | 'ttl';

interface Held {
  readonly key: string;
  value: number;
  expiresAt: number;
  /** Reads since it came in. */
  hits: number;
  /** How often it was used, as the strategy in charge counts. */
  uses: number;
  /** When its place among equals was settled: larger is later. */
  turn: number;
}

interface Limits {
  maxItems: number;
  maxBytes: number;
}

/** Compares two entries: negative where the first one leaves earlier. */
type Precedence = (one: Held, other: Held) => number;

/** Who leaves first. Infinity minus Infinity is no number, so deadlines are compared and not subtracted. */
const PRECEDENCE: Readonly<Record<SlowEviction, Precedence>> = {
  lru: (one, other) => one.turn - other.turn,
  fifo: (one, other) => one.turn - other.turn,
  lfu: (one, other) => one.uses - other.uses || one.turn - other.turn,
  ttl: (one, other) =>
    one.expiresAt === other.expiresAt ? one.turn - other.turn : one.expiresAt < other.expiresAt ? -1 : 1,
};

/** What {@link MemoryCache} should do, done slowly: one list that is searched and sorted anew at every step. A value is its own weight. */
export class SlowCache {
  readonly #limits: Limits;
  #held: Held[] = [];
  #eviction: SlowEviction;
  #now = 0;
  #turns = 0;
  /** The last that came in, unused: lfu spares it. */
  #newcomer: Held | undefined;

  constructor(eviction: SlowEviction, limits: Limits) {
    this.#eviction = eviction;
    this.#limits = { ...limits };
  }

  get(key: string): number | undefined {
    const held = this.#find(key);
    if (held === undefined) return undefined;
    held.hits++;
    this.#use(held, held.expiresAt);
    return held.value;
  }

  peek(key: string): number | undefined {
    return this.#find(key)?.value;
  }

  set(key: string, value: number, ttlMs: number): boolean {
    const held = this.#find(key);
    if (value > this.#limits.maxBytes) {
      this.delete(key);
      return false;
    }
    if (held === undefined)
      this.#add({ key, value, expiresAt: this.#now + ttlMs, hits: 0, uses: 1, turn: this.#turns++ });
    else this.#overwrite(held, value, this.#now + ttlMs);
    this.#shrink();
    return this.#held.some((each) => each.key === key);
  }

  delete(key: string): boolean {
    const found = this.#find(key) !== undefined;
    this.#held = this.#held.filter((held) => held.key !== key);
    return found;
  }

  clear(): void {
    this.#held = [];
  }

  resize(limits: Limits): void {
    Object.assign(this.#limits, limits);
    this.#shrink();
  }

  swap(eviction: SlowEviction): void {
    const inOrder = this.#inOrder();
    this.#eviction = eviction;
    for (const held of inOrder) Object.assign(held, { uses: held.hits + 1, turn: this.#turns++ });
    const last = inOrder.at(-1);
    this.#newcomer = last?.hits === 0 ? last : undefined;
  }

  /** Lets time pass; what has expired goes, noticed or not. */
  advance(ms: number): void {
    this.#now += ms;
    this.#held = this.#held.filter((held) => held.expiresAt > this.#now);
  }

  /** The entries in order of arrival. */
  entries(): [string, number][] {
    return this.#held.map(({ key, value }) => [key, value]);
  }

  #find(key: string): Held | undefined {
    return this.#held.find((held) => held.key === key);
  }

  #add(held: Held): void {
    this.#held.push(held);
    this.#newcomer = held;
  }

  #overwrite(held: Held, value: number, expiresAt: number): void {
    held.value = value;
    this.#use(held, expiresAt);
  }

  #use(held: Held, expiresAt: number): void {
    const isMoved = { lru: true, lfu: true, fifo: false, ttl: expiresAt !== held.expiresAt }[this.#eviction];
    if (isMoved) held.turn = this.#turns++;
    if (held === this.#newcomer) this.#newcomer = undefined;
    held.uses++;
    held.expiresAt = expiresAt;
  }

  #shrink(): void {
    while (this.#held.length > this.#limits.maxItems || this.#weight() > this.#limits.maxBytes) {
      const [victim] = this.#inOrder();
      this.#held = this.#held.filter((held) => held !== victim);
    }
  }

  #weight(): number {
    return this.#held.reduce((sum, { value }) => sum + value, 0);
  }

  /** The next victim first. */
  #inOrder(): Held[] {
    const inOrder = this.#held.toSorted(PRECEDENCE[this.#eviction]);
    if (this.#eviction !== 'lfu') return inOrder;
    const spared = inOrder.filter((held) => held === this.#newcomer);
    return [...inOrder.filter((held) => held !== this.#newcomer), ...spared];
  }
}
