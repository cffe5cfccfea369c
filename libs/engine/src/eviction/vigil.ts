/** How long it watches at a time, in capacities of a shadow: several times as long as the {@link Chooser} needs to make up its mind. */
const WATCH = 64;
/** How long shadows that have rested are left alone before they are judged, in capacities. */
const WARM_UP = 2;
/** In very small shadows, everything is measured by this capacity. */
const LEAST = 32;
/** How often it must rest for each time that it watches, where all keys are in the sample: watching then costs about a tenth of a use. */
const MOST_RESTS = 48;

/**
 * Says when to watch and when to rest. A large cache, of which a small sample is watched, never rests. Of a small one all keys are
 * watched, which costs several times what a use does: so while nothing changes, the rests become longer and longer.
 */
export class Vigil {
  #capacity = 0;
  /** How many times as long as it watches it may rest. */
  #most = 0;
  /** How many times as long it rested the last time. */
  #rests = 0;
  #isResting = false;
  /** How many requests there are to go until it wakes or rests. */
  #left = 0;
  /** How many of them may still be left when it begins to judge. */
  #judgesFrom = 0;

  constructor(capacity: number, share: number) {
    this.resize(capacity, share);
  }

  /** Whether what is seen now is to be judged. */
  get isSure(): boolean {
    return this.#left < this.#judgesFrom;
  }

  /** Counts a request of the sample; answers whether it is to be looked at. */
  looks(): boolean {
    if (--this.#left < 0) this.#turn();
    return !this.#isResting;
  }

  /** Something has changed: watches on from here. */
  rouse(): void {
    this.#rests = 0;
    this.#watch(0);
  }

  /** Takes in the capacity of the shadows, and the share of all keys that they see. */
  resize(capacity: number, share: number): void {
    this.#capacity = Math.max(capacity, LEAST);
    this.#most = Math.floor(MOST_RESTS * share);
    this.rouse();
  }

  #turn(): void {
    if (this.#isResting || this.#most === 0) return this.#watch(this.#isResting ? WARM_UP : 0);
    this.#rests = Math.min(this.#most, Math.max(1, 2 * this.#rests));
    this.#isResting = true;
    this.#left = this.#rests * WATCH * this.#capacity;
  }

  #watch(warmUp: number): void {
    this.#isResting = false;
    this.#left = WATCH * this.#capacity;
    this.#judgesFrom = (WATCH - warmUp) * this.#capacity + 1;
  }
}
