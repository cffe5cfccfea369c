import { Chooser } from './chooser.js';
import { Sampler } from './sampler.js';
import { Shadow } from './shadow.js';
import type { EvictionContext, EvictionStrategyFactory } from './strategy.js';

/** The shadows of all candidates on one sample of the keys, and who does best there. */
export class Trial {
  readonly #sampler: Sampler;
  readonly #shadows: readonly Shadow[];
  readonly #chooser: Chooser;
  /** How many entries each shadow has now. */
  #size: number;

  constructor(candidates: readonly EvictionStrategyFactory[], { capacity, random }: EvictionContext) {
    this.#sampler = new Sampler(capacity);
    this.#size = this.#sampler.size;
    this.#shadows = candidates.map((candidate) => new Shadow(candidate, { capacity: this.#size, random }));
    this.#chooser = new Chooser(candidates.length, this.#size);
  }

  /** The number of the candidate that should be in charge. */
  get best(): number {
    return this.#chooser.best;
  }

  estimates(): number[] {
    return this.#shadows.map((_, at) => this.#chooser.estimate(at));
  }

  retain(candidate: number): void {
    this.#chooser.retain(candidate);
  }

  watches(hash: number): boolean {
    return this.#sampler.holds(hash);
  }

  request(hash: number): void {
    if (this.watches(hash)) this.#chooser.observe(this.#replay(hash));
  }

  /** Lets a key in that nobody asked for: the candidates are not judged by it. */
  admit(hash: number): void {
    this.#replay(hash);
  }

  forget(hash: number): void {
    for (const shadow of this.#shadows) shadow.forget(hash);
  }

  resize(capacity: number): void {
    this.#sampler.resize(capacity);
    for (const shadow of this.#shadows) shadow.sift((hash) => this.watches(hash));
    this.scale(this.#sampler.size);
  }

  /**
   * Gives the shadows as many entries as the cache holds of the sampled keys. The luck of the draw makes that more or less than the
   * share that is meant, and a loop that just does not fit the cache must not fit its shadows.
   */
  scale(to: number): void {
    const size = Math.min(Math.max(1, to), 2 * this.#sampler.size);
    if (size === this.#size) return;
    this.#size = size;
    for (const shadow of this.#shadows) shadow.resize(size);
    this.#chooser.resize(size);
  }

  audit(): void {
    for (const [at, shadow] of this.#shadows.entries()) shadow.audit(`adaptive shadow ${at}`);
  }

  /** Answers who would have had it: the bit of a candidate is its number. */
  #replay(hash: number): number {
    let hits = 0;
    for (let at = 0; at < this.#shadows.length; at++) if (this.#shadows[at]!.request(hash)) hits |= 1 << at;
    return hits;
  }
}
