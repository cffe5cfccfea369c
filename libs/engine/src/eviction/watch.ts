import type { RemovalCause } from '../kernel/entry.js';
import { SlotMarks } from './slot-marks.js';
import type { EvictionContext, EvictionStrategyFactory, Slot } from './strategy.js';
import { Trial } from './trial.js';

/** What is marked of a slot. */
const ABSENT = 0;
const UNWATCHED = 1;
const WATCHED = 2;
/** How many slots are marked anew at an insertion, once the sample has changed. */
const STRIDE = 8;
const NO_SLOT = -1;

/** Follows the residents of a cache whose keys are in the sample, and has the candidates tried on them. */
export class Watch {
  readonly #context: EvictionContext;
  readonly #trial: Trial;
  #capacity: number;
  readonly #marks = new SlotMarks();
  #residents = 0;
  #watched = 0;
  #uses = 0;
  /** Slots from here on may be marked after an earlier sample. */
  #remarked = Infinity;
  /** The last slot that came in, and its hash. */
  #newcomer: Slot = NO_SLOT;
  #newcomerHash = 0;

  constructor(candidates: readonly EvictionStrategyFactory[], context: EvictionContext) {
    this.#context = context;
    this.#capacity = context.capacity;
    this.#trial = new Trial(candidates, context);
  }

  /** The number of the candidate that should be in charge. */
  get best(): number {
    return this.#trial.best;
  }

  /** How many uses and insertions there were. */
  get requests(): number {
    return this.#uses;
  }

  /** The hit ratio that each candidate is estimated to have. */
  estimates(): number[] {
    return this.#trial.estimates();
  }

  /** Keeps a candidate in charge until another has a new lead. */
  retain(candidate: number): void {
    this.#trial.retain(candidate);
  }

  /** The hash of the key in a slot, which costs nothing for the last that came in. */
  hashOf(slot: Slot): number {
    return slot === this.#newcomer ? this.#newcomerHash : this.#context.hashOf(slot);
  }

  /**
   * Tries the candidates on a newcomer, before it is let in: where one of them throws, nobody has learnt of it yet. One that has been read
   * comes from another strategy and is no request.
   */
  expect(slot: Slot): void {
    this.#uses++;
    const hash = this.#context.hashOf(slot);
    this.#newcomer = slot;
    this.#newcomerHash = hash;
    if (this.#trial.watches(hash)) this.#judge(hash, this.#context.entries.hits(slot) === 0);
  }

  insert(slot: Slot): void {
    if (this.#isRemarking()) this.#remark();
    this.#mark(slot);
  }

  /** Answers whether the resident is watched. */
  access(slot: Slot): boolean {
    this.#uses++;
    if (this.#marks.of(slot) !== WATCHED) return false;
    this.#judge(this.hashOf(slot), true);
    return true;
  }

  remove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    if (this.#marks.of(slot) === WATCHED && cause !== 'evicted' && cause !== 'replaced')
      this.#trial.forget(this.hashOf(slot));
    this.#unmark(slot);
    if (slot === this.#newcomer) this.#newcomer = NO_SLOT;
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#trial.resize(capacity);
    this.#remarked = 0;
  }

  audit(resident: ReadonlySet<Slot>): void {
    let watched = 0;
    for (let slot = 0; slot < this.#marks.length; slot++) {
      const mark = this.#marks.of(slot);
      if ((mark !== ABSENT) !== resident.has(slot))
        throw new Error(`adaptive: slot ${slot} is marked ${mark}`);
      if (mark === WATCHED) watched++;
    }
    if (this.#residents !== resident.size || this.#watched !== watched)
      throw new Error(
        `adaptive: ${this.#watched} of ${this.#residents} watched, but ${watched} of ${resident.size} are`,
      );
    this.#trial.audit();
  }

  /** Has the candidates judged by a request of the sample, and now and then their shadows made as large as the sample is. */
  #judge(hash: number, wasAskedFor: boolean): void {
    const hasReplayed = this.#trial.take(hash, wasAskedFor);
    if (hasReplayed && 2 * this.#residents >= this.#capacity && !this.#isRemarking())
      this.#trial.scale(Math.round((this.#capacity * this.#watched) / this.#residents));
  }

  #isRemarking(): boolean {
    return this.#remarked < this.#marks.length;
  }

  #remark(): void {
    const until = Math.min(this.#remarked + STRIDE, this.#marks.length);
    for (let slot = this.#remarked; slot < until; slot++) {
      if (this.#marks.of(slot) === ABSENT) continue;
      this.#unmark(slot);
      this.#mark(slot);
    }
    this.#remarked = until;
  }

  #mark(slot: Slot): void {
    const isWatched = this.#trial.watches(this.hashOf(slot));
    this.#marks.set(slot, isWatched ? WATCHED : UNWATCHED);
    this.#residents++;
    if (isWatched) this.#watched++;
  }

  #unmark(slot: Slot): void {
    if (this.#marks.of(slot) === WATCHED) this.#watched--;
    this.#marks.set(slot, ABSENT);
    this.#residents--;
  }
}
