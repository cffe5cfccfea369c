import { Chooser } from './chooser.js';
import { Sampler } from './sampler.js';
import { Shadow } from './shadow.js';
import type { EvictionContext, EvictionStrategyFactory } from './strategy.js';
import { Vigil } from './vigil.js';

/**
 * So many requests are gathered before the shadows see them, one shadow after the other: what a shadow needs is then in the caches of the
 * processor, which for a request now and then it is not.
 */
const BATCH = 32;

/** The shadows of all candidates on one sample of the keys, and who does best there. */
export class Trial {
  readonly #sampler: Sampler;
  readonly #shadows: readonly Shadow[];
  readonly #chooser: Chooser;
  readonly #vigil: Vigil;
  /** How many entries each shadow has now. */
  #size: number;
  /** The hashes that wait, and whether the candidates are judged by each. */
  readonly #waiting = new Uint32Array(BATCH);
  readonly #isJudged = new Uint8Array(BATCH);
  /** Who would have had each, the bit of a candidate being its number. */
  readonly #hits = new Int32Array(BATCH);
  #count = 0;

  constructor(candidates: readonly EvictionStrategyFactory[], { capacity, random }: EvictionContext) {
    this.#sampler = new Sampler(capacity);
    this.#size = this.#sampler.size;
    this.#shadows = candidates.map((candidate) => new Shadow(candidate, { capacity: this.#size, random }));
    this.#chooser = new Chooser(candidates.length, this.#size);
    this.#vigil = new Vigil(this.#size, this.#sampler.share);
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

  /**
   * Takes in a hash of the sample: one that was asked for, or one that was only let in, by which nobody is judged. Answers whether the shadows have now seen all
   * that waited.
   */
  take(hash: number, wasAskedFor: boolean): boolean {
    if (!this.#vigil.looks()) return false;
    this.#waiting[this.#count] = hash;
    this.#isJudged[this.#count] = Number(wasAskedFor && this.#vigil.isSure);
    if (++this.#count < BATCH) return false;
    this.#replay();
    return true;
  }

  forget(hash: number): void {
    this.#replay();
    for (const shadow of this.#shadows) shadow.forget(hash);
  }

  resize(capacity: number): void {
    this.#replay();
    this.#sampler.resize(capacity);
    for (const shadow of this.#shadows) shadow.sift((hash) => this.watches(hash));
    this.scale(this.#sampler.size);
    this.#vigil.resize(this.#sampler.size, this.#sampler.share);
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

  #replay(): void {
    const count = this.#count;
    // Where a candidate throws, what waited is lost: nobody would have it tried again.
    this.#count = 0;
    this.#hits.fill(0, 0, count);
    for (let candidate = 0; candidate < this.#shadows.length; candidate++) {
      const shadow = this.#shadows[candidate]!;
      for (let at = 0; at < count; at++)
        if (shadow.request(this.#waiting[at]!)) this.#hits[at]! |= 1 << candidate;
    }
    for (let at = 0; at < count; at++) if (this.#isJudged[at] === 1) this.#chooser.observe(this.#hits[at]!);
  }
}
