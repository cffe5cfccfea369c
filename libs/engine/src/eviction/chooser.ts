/**
 * How many hits a candidate must be ahead, in capacities. A choice that is different and no better is ahead for a while too: of two strategies
 * that keep different stretches of a loop, each has its turn. Two caches of one capacity differ in no more entries than that,
 * and seldom in all. It is also about what a move costs, since the other choice has to come in first. Whoever was in charge
 * not long ago needs as much again for each time.
 */
const LEAD = 0.75;
/** In a very small cache, leads below so many hits are chance. */
const LEAST_LEAD = 32;
/** After how many requests, in capacities, an estimate has forgotten half of what it was. */
const HALF_LIFE = 8;
/** After how many requests, in capacities, half is forgotten of how often a candidate was put in charge. */
const PARDON = 16;

/**
 * Watches what each candidate would have answered, and says who should be in charge: whoever leads the one in charge by enough
 * hits. The lead is a cumulative sum that never falls below zero (E. S. Page, "Continuous inspection schemes", Biometrika 1954): a
 * change of the workload is answered after as many lost hits, however good the past was.
 */
export class Chooser {
  readonly #estimates: Float64Array;
  /** By candidate: hits won over the one in charge, since they were last even. */
  readonly #leads: Float64Array;
  /** By candidate: how often it was put in charge, the past counting ever less. */
  readonly #terms: Float64Array;
  #best = 0;
  #enough = 0;
  #weight = 0;
  #pardon = 0;
  #observed = 0;

  constructor(candidates: number, capacity: number) {
    this.#estimates = new Float64Array(candidates);
    this.#leads = new Float64Array(candidates);
    this.#terms = new Float64Array(candidates);
    this.resize(capacity);
  }

  /** The number of the candidate that should be in charge. */
  get best(): number {
    return this.#best;
  }

  /** The hit ratio of a candidate in the recent past. */
  estimate(candidate: number): number {
    return this.#estimates[candidate]!;
  }

  resize(capacity: number): void {
    this.#enough = Math.max(LEAST_LEAD, LEAD * capacity);
    this.#weight = 1 - 0.5 ** (1 / (HALF_LIFE * Math.max(capacity, LEAST_LEAD)));
    this.#pardon = 0.5 ** (1 / (PARDON * Math.max(capacity, LEAST_LEAD)));
  }

  /** Keeps `candidate` in charge until another has a new lead. */
  retain(candidate: number): void {
    this.#best = candidate;
    this.#terms[candidate]!++;
    this.#leads.fill(0);
  }

  /** Takes in a request that the candidates whose bits are set would have answered. */
  observe(hits: number): void {
    const weight = Math.max(this.#weight, 1 / ++this.#observed);
    const held = (hits >>> this.#best) & 1;
    let best = this.#best;
    for (let at = 0; at < this.#leads.length; at++) {
      const hit = (hits >>> at) & 1;
      this.#terms[at]! *= this.#pardon;
      this.#estimates[at]! += weight * (hit - this.#estimates[at]!);
      if (hit === held) continue;
      const lead = Math.max(0, this.#leads[at]! + hit - held);
      this.#leads[at] = lead;
      if (lead > this.#enough * (1 + this.#terms[at]!)) best = at;
    }
    if (best !== this.#best) this.retain(best);
  }
}
