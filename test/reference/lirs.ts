import type { Reference } from './reference.js';

type Status = 'LIR' | 'HIR' | 'ghost';

/** Low inter-reference recency set: Jiang and Zhang, SIGMETRICS 2002, section 3.3. */
export class LirsReference implements Reference {
  readonly #capacity: number;
  readonly #lirLimit: number;
  readonly #ghostLimit: number;
  /** Of every resident and ghost. */
  readonly #status = new Map<number, Status>();
  /** The paper's stack S, the longest unused first. */
  #stack: number[] = [];
  /** The paper's queue Q: the resident HIR keys, the next to leave first. */
  #queue: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#lirLimit = capacity - Math.max(1, Math.round(capacity / 100));
    this.#ghostLimit = 2 * capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    const status = this.#status.get(key);
    if (status === 'LIR') return this.#hitLir(key);
    if (status === 'HIR') return this.#hitHir(key);
    const evicted = this.#residents() === this.#capacity ? [this.#evict(key)] : [];
    const hasRoom = this.#count('LIR') < this.#lirLimit;
    this.#toTop(key);
    if (status === 'ghost' || hasRoom) this.#becomeLir(key);
    else this.#toQueue(key);
    this.#prune();
    return { hit: false, evicted };
  }

  #hitLir(key: number): { hit: boolean; evicted: number[] } {
    this.#toTop(key);
    this.#prune();
    return { hit: true, evicted: [] };
  }

  #hitHir(key: number): { hit: boolean; evicted: number[] } {
    const wasInStack = this.#stack.includes(key);
    this.#toTop(key);
    this.#queue = this.#queue.filter((other) => other !== key);
    if (wasInStack) this.#becomeLir(key);
    else this.#toQueue(key);
    this.#prune();
    return { hit: true, evicted: [] };
  }

  /** Makes room for `incoming`, which is not forgotten if it is a ghost. */
  #evict(incoming: number): number {
    const victim = this.#queue.shift();
    if (victim === undefined) throw new Error('a full cache has HIR residents');
    if (this.#stack.includes(victim)) this.#status.set(victim, 'ghost');
    else this.#status.delete(victim);
    const ghosts = this.#stack.filter((key) => this.#status.get(key) === 'ghost' && key !== incoming);
    if (ghosts.length > this.#ghostLimit) this.#forget(ghosts[0]);
    return victim;
  }

  #forget(ghost: number | undefined): void {
    this.#stack = this.#stack.filter((key) => key !== ghost);
    if (ghost !== undefined) this.#status.delete(ghost);
  }

  #toTop(key: number): void {
    this.#stack = [...this.#stack.filter((other) => other !== key), key];
  }

  #toQueue(key: number): void {
    this.#status.set(key, 'HIR');
    this.#queue.push(key);
  }

  #becomeLir(key: number): void {
    this.#status.set(key, 'LIR');
    if (this.#count('LIR') <= this.#lirLimit) return;
    const oldest = this.#stack.find((other) => this.#status.get(other) === 'LIR');
    if (oldest === undefined) return;
    this.#stack = this.#stack.filter((other) => other !== oldest);
    this.#toQueue(oldest);
  }

  /** Takes from the bottom of the stack what is below the oldest LIR key. */
  #prune(): void {
    const bottom = this.#stack.findIndex((key) => this.#status.get(key) === 'LIR');
    const pruned = this.#stack.splice(0, bottom === -1 ? this.#stack.length : bottom);
    for (const key of pruned) if (this.#status.get(key) === 'ghost') this.#status.delete(key);
  }

  #residents(): number {
    return this.#count('LIR') + this.#count('HIR');
  }

  #count(status: Status): number {
    return [...this.#status.values()].filter((other) => other === status).length;
  }
}
