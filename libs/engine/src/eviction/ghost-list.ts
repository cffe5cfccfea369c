/** Of node n: the hash at 4n, the node that came after it at 4n + 1, the one that came before it at 4n + 2, the next of its chain at 4n + 3. */
const WORDS = 4;
const NEWER = 1;
const OLDER = 2;
const CHAIN = 3;
/** The node that closes the list to a ring, and stands for no node at the end of a chain. */
const ENDS = 0;
const FIRST_LIMIT = 16;
/** 2 ** 32 divided by the golden ratio, odd: spreads hashes that are close together. */
const SPREAD = 0x9e3779b1;

/**
 * What a strategy remembers of entries that left: a bounded first-in, first-out list of 32-bit key hashes. Two keys of the same hash
 * are one to it, so once in a long while it has seen what it has not. Every operation is O(1) and allocates nothing, except that
 * the room doubles up to the capacity as it fills; 20 bytes for each hash when full.
 */
export class GhostList {
  // A chained hash table whose nodes are also the nodes of the list. New nodes go to the end of their chain, so that the oldest
  // is at its head: what leaves most often is found at once. Linear probing takes twice the time while the table is in the
  // processor's cache, for all that has to shift.
  #nodes = new Int32Array(0);
  #heads = new Int32Array(0);
  /** The number of chains by 2 ** 32. */
  #scale = 0;
  /** How many hashes there is room for. */
  #limit = 0;
  /** Nodes that were ever taken since there is this room; those that are free again form a chain. */
  #taken = 0;
  #free = ENDS;
  #capacity: number;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#allocate(FIRST_LIMIT);
  }

  get size(): number {
    return this.#size;
  }

  has(hash: number): boolean {
    return this.#search(hash | 0) !== ENDS;
  }

  /** Makes `hash` the newest; where it is one too many, the oldest leaves. */
  add(hash: number): void {
    if (this.#capacity < 1) return;
    const word = hash | 0;
    const node = this.#search(word);
    if (node !== ENDS) {
      unlink(this.#nodes, node);
      linkNewest(this.#nodes, node);
      return;
    }
    if (this.#size >= this.#capacity) this.removeOldest();
    else if (this.#size >= this.#limit) this.#extend();
    this.#insert(word);
  }

  /** Whether it was there. */
  delete(hash: number): boolean {
    const node = this.#search(hash | 0);
    if (node === ENDS) return false;
    this.#remove(node);
    return true;
  }

  /** Forgets what came first; nothing where nothing is remembered. */
  removeOldest(): void {
    const oldest = this.#nodes[NEWER]!;
    if (oldest !== ENDS) this.#remove(oldest);
  }

  /** From now on at most `capacity` hashes: of more than that, the oldest leave. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    while (this.#size > capacity) this.removeOldest();
    if (this.#limit > 2 * Math.max(capacity, FIRST_LIMIT)) this.#rebuild(Math.max(capacity, FIRST_LIMIT));
  }

  clear(): void {
    this.#allocate(FIRST_LIMIT);
  }

  /** Walks the list and the chains and throws where they disagree, or where more is remembered than may be. */
  audit(name: string): void {
    const nodes = this.#nodes;
    let count = 0;
    let older = ENDS;
    for (let node = nodes[NEWER]!; node !== ENDS; node = nodes[WORDS * node + NEWER]!) {
      if (nodes[WORDS * node + OLDER] !== older) throw new Error(`${name}: ghost ${node} does not link back`);
      if (this.#search(nodes[WORDS * node]!) !== node) throw new Error(`${name}: ghost ${node} is not found`);
      if (++count > this.#size)
        throw new Error(`${name}: more ghosts than its size ${this.#size}, or a cycle`);
      older = node;
    }
    if (nodes[OLDER] !== older) throw new Error(`${name}: the newest ghost is not the last`);
    if (count !== this.#size) throw new Error(`${name}: size ${this.#size}, ${count} ghosts linked`);
    if (count > Math.min(this.#capacity, this.#limit))
      throw new Error(`${name}: ${count} ghosts, capacity ${this.#capacity}, room ${this.#limit}`);
    const free = this.#chainLength(this.#free);
    const chained = this.#heads.reduce((sum, head) => sum + this.#chainLength(head), 0);
    if (chained !== count || free + count !== this.#taken)
      throw new Error(`${name}: ${count} ghosts, ${chained} chained; ${free} free of ${this.#taken}`);
  }

  /** The node of a hash, or {@link ENDS}. */
  #search(word: number): number {
    const nodes = this.#nodes;
    let node = this.#heads[this.#chainOf(word)]!;
    while (node !== ENDS && nodes[WORDS * node] !== word) node = nodes[WORDS * node + CHAIN]!;
    return node;
  }

  #chainOf(word: number): number {
    return ((Math.imul(word, SPREAD) >>> 0) * this.#scale) >>> 0;
  }

  /** Adds what is not there, where there is room. */
  #insert(word: number): void {
    const nodes = this.#nodes;
    const node = this.#takeNode();
    nodes[WORDS * node] = word;
    nodes[WORDS * node + CHAIN] = ENDS;
    linkNewest(nodes, node);
    this.#size++;
    const chain = this.#chainOf(word);
    const head = this.#heads[chain]!;
    if (head === ENDS) this.#heads[chain] = node;
    else nodes[WORDS * this.#before(ENDS, head) + CHAIN] = node;
  }

  #takeNode(): number {
    const node = this.#free;
    if (node === ENDS) return ++this.#taken;
    this.#free = this.#nodes[WORDS * node + CHAIN]!;
    return node;
  }

  #remove(node: number): void {
    const nodes = this.#nodes;
    unlink(nodes, node);
    this.#size--;
    const chain = this.#chainOf(nodes[WORDS * node]!);
    const head = this.#heads[chain]!;
    const next = nodes[WORDS * node + CHAIN]!;
    if (head === node) this.#heads[chain] = next;
    else nodes[WORDS * this.#before(node, head) + CHAIN] = next;
    nodes[WORDS * node + CHAIN] = this.#free;
    this.#free = node;
  }

  /** What stands before `node` in the chain that begins with `head`, which is not `node`. */
  #before(node: number, head: number): number {
    const nodes = this.#nodes;
    let at = head;
    for (let next = nodes[WORDS * at + CHAIN]!; next !== node; next = nodes[WORDS * at + CHAIN]!) at = next;
    return at;
  }

  /** At least by a quarter, so that a capacity that creeps up does not mean a copy at every step. */
  #extend(): void {
    this.#rebuild(Math.min(2 * this.#limit, Math.max(this.#capacity, Math.ceil(1.25 * this.#limit))));
  }

  #rebuild(limit: number): void {
    const old = this.#nodes;
    this.#allocate(limit);
    for (let node = old[NEWER]!; node !== ENDS; node = old[WORDS * node + NEWER]!)
      this.#insert(old[WORDS * node]!);
  }

  /** Begins anew with nothing remembered. */
  #allocate(limit: number): void {
    this.#limit = limit;
    this.#scale = limit / 2 ** 32;
    this.#heads = new Int32Array(limit);
    this.#nodes = new Int32Array(WORDS * (limit + 1));
    this.#taken = 0;
    this.#free = ENDS;
    this.#size = 0;
  }

  #chainLength(head: number): number {
    let length = 0;
    for (let node = head; node !== ENDS && length <= this.#taken; node = this.#nodes[WORDS * node + CHAIN]!)
      length++;
    return length;
  }
}

function linkNewest(nodes: Int32Array, node: number): void {
  const newest = nodes[OLDER]!;
  nodes[WORDS * node + NEWER] = ENDS;
  nodes[WORDS * node + OLDER] = newest;
  nodes[WORDS * newest + NEWER] = node;
  nodes[OLDER] = node;
}

function unlink(nodes: Int32Array, node: number): void {
  const newer = nodes[WORDS * node + NEWER]!;
  const older = nodes[WORDS * node + OLDER]!;
  nodes[WORDS * older + NEWER] = newer;
  nodes[WORDS * newer + OLDER] = older;
}
