import type { Random } from '../kernel/random.js';
import { PROBATION, PROTECTED, type Regions, TAIL, WINDOW } from './regions.js';
import type { Slot } from './strategy.js';

/**
 * By how much a candidate has to have been used more often than its rivals. The use that brought it back is counted already: in a
 * loop that does not fit, the candidate is one ahead of a rival whose turn is next, so one is no evidence.
 */
const LEAD = 1;
/** Whoever was used this often gets in by chance now and then: an attacker may use keys that share the counters of its rivals. */
const WARM = 6;
const LUCK = 1 / 128;
const NOBODY = -1;

/** An entry that came out of the window and has to win its place in the main part. */
interface Claim {
  readonly candidate: Slot;
  /** How often it was used of late. */
  readonly uses: number;
  /** How much weight still has to leave for it. */
  readonly owed: number;
  /** Whether it wins against one rival however often that was used. */
  readonly isLucky: boolean;
}

/**
 * Who leaves: a candidate out of the window, or those whose place it would take. They lose it where it was used more often than they
 * were together (aggregated victims: Gil Einziger, Ohad Eytan, Roy Friedman and Ben Manes, "Lightweight Robust Size Aware Cache
 * Management", ACM Transactions on Storage 18(3), 2022), so that a heavy entry does not push out many useful ones. Among equal
 * weights, it is one against one.
 */
export class Admission {
  readonly #regions: Regions;
  readonly #usesOf: (slot: Slot) => number;
  readonly #random: Random;
  #candidate: Slot = NOBODY;
  #uses = 0;
  #owed = 0;
  #isLucky = false;

  constructor(regions: Regions, usesOf: (slot: Slot) => number, random: Random) {
    this.#regions = regions;
    this.#usesOf = usesOf;
    this.#random = random;
  }

  get isOpen(): boolean {
    return this.#candidate !== NOBODY;
  }

  /** Whether an entry has to win its place now. */
  isOf(slot: Slot): boolean {
    return slot === this.#candidate;
  }

  /** An entry on probation has to win its place, and then whoever stands behind it there. */
  open(candidate: Slot): void {
    this.#candidate = candidate;
    this.#uses = this.#usesOf(candidate);
    this.#owed = this.#regions.weight(candidate);
    this.#isLucky = this.#uses >= WARM && this.#random.next() < LUCK;
  }

  /** Whoever is in stays in. */
  close(): void {
    this.#candidate = NOBODY;
  }

  /** To be told before an entry leaves. */
  removing(slot: Slot): void {
    if (this.#candidate === NOBODY) return;
    this.#owed -= this.#regions.weight(slot);
    if (slot !== this.#candidate && this.#owed > 0) return;
    const behind = this.#regions.after(this.#candidate);
    const next = behind === slot ? this.#regions.after(behind) : behind;
    if (next === undefined) this.close();
    else this.open(next);
  }

  victim(): Slot | undefined {
    const rival = this.#firstRival();
    if (this.#candidate === NOBODY) return rival ?? this.#regions.first(WINDOW);
    return rival !== undefined && this.#wins(this.#claim(), rival, this.#rivalAfter)
      ? rival
      : this.#candidate;
  }

  /** Everybody, as they would leave one after the other. */
  *order(): Generator<Slot, void> {
    const claims = this.#claims();
    const probation = [...this.#regions.members(TAIL), ...this.#regions.members(PROBATION)];
    let accepted = probation.length - claims.length;
    const rivals = [...probation.slice(0, accepted), ...this.#regions.members(PROTECTED)];
    let gone = 0;
    for (const claim of claims) {
      let { owed } = claim;
      while (owed > 0 && gone < rivals.length) {
        let at = gone;
        if (!this.#wins({ ...claim, owed }, rivals[gone]!, () => rivals[++at])) break;
        owed -= this.#regions.weight(rivals[gone]!);
        yield rivals[gone++]!;
      }
      if (owed > 0) yield claim.candidate;
      else rivals.splice((accepted = Math.max(accepted, gone) + 1) - 1, 0, claim.candidate);
    }
    yield* rivals.slice(gone);
    yield* this.#regions.members(WINDOW);
  }

  /** @throws Error where the candidate is elsewhere, or is owed nothing any more. */
  audit(name: string): void {
    if (this.#candidate === NOBODY) return;
    if (!this.#regions.isIn(PROBATION, this.#candidate))
      throw new Error(`${name}: candidate ${this.#candidate} is not on probation`);
    if (!(this.#owed > 0)) throw new Error(`${name}: candidate ${this.#candidate} is owed ${this.#owed}`);
  }

  /** Those who have to win their places, as they come up. */
  claimants(): Slot[] {
    const slots: Slot[] = [];
    let slot = this.#candidate === NOBODY ? undefined : this.#candidate;
    for (; slot !== undefined; slot = this.#regions.after(slot)) slots.push(slot);
    return slots;
  }

  #claims(): Claim[] {
    return this.claimants().map((candidate) => {
      if (candidate === this.#candidate) return this.#claim();
      const owed = this.#regions.weight(candidate);
      return { candidate, uses: this.#usesOf(candidate), owed, isLucky: false };
    });
  }

  /** The one that is open. */
  #claim(): Claim {
    return { candidate: this.#candidate, uses: this.#uses, owed: this.#owed, isLucky: this.#isLucky };
  }

  #wins({ uses, owed, isLucky }: Claim, first: Slot, after: (rival: Slot) => Slot | undefined): boolean {
    let weight = this.#regions.weight(first);
    if (isLucky && weight >= owed) return true;
    let rivals = this.#usesOf(first) + LEAD;
    let rival: Slot | undefined = first;
    while (rivals < uses && weight < owed) {
      rival = after(rival);
      if (rival === undefined) return false;
      // Nobody counts for nothing, so that this has an end soon.
      rivals += Math.max(1, this.#usesOf(rival));
      weight += this.#regions.weight(rival);
    }
    return rivals < uses;
  }

  #firstRival(): Slot | undefined {
    return this.#regions.first(TAIL) ?? this.#firstBehindTail();
  }

  readonly #rivalAfter = (rival: Slot): Slot | undefined => {
    const next = this.#regions.after(rival);
    if (next !== undefined && next !== this.#candidate) return next;
    if (this.#regions.isIn(TAIL, rival)) return this.#firstBehindTail();
    return this.#regions.isIn(PROBATION, rival) ? this.#regions.first(PROTECTED) : undefined;
  };

  #firstBehindTail(): Slot | undefined {
    const first = this.#regions.first(PROBATION);
    return first === undefined || first === this.#candidate ? this.#regions.first(PROTECTED) : first;
  }
}
