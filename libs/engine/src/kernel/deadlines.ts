import { type Clock, stayAlive, systemClock, type Timer } from './clock.js';

/** A call that is to end before its deadline; all but {@link expire} belongs to the {@link Deadlines} that it is in. */
export interface Underway {
  deadlineAt: number;
  next: Underway | undefined;
  previous: Underway | undefined;
  /** Called once the deadline is over. */
  expire(): void;
}

/**
 * The calls under way that have equally long to end, in the order of their deadlines. One timer serves all of them, and is set for the
 * first: beginning and ending a call is O(1) and sets none as long as one is set.
 */
export class Deadlines {
  readonly lengthMs: number;
  readonly #clock: Clock;
  #first: Underway | undefined;
  #last: Underway | undefined;
  #timer: Timer | undefined;
  #isEnding = false;
  /** Lets the process end; there while anything is under way, since whoever waits is to be told. */
  #letGo: (() => void) | undefined;

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.lengthMs = lengthMs;
  }

  /** @param now the time, which is known where a call begins. */
  add(call: Underway, now: number): void {
    call.deadlineAt = now + this.lengthMs;
    call.previous = this.#last;
    if (this.#last === undefined) this.#first = call;
    else this.#last.next = call;
    this.#last = call;
    if (this.#keepsAlive) this.#letGo ??= stayAlive();
    if (this.#timer === undefined) this.#arm(now);
  }

  /** Harmless where the call is not in. */
  remove(call: Underway): void {
    const { next, previous } = call;
    if (previous === undefined && this.#first !== call) return;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    call.next = undefined;
    call.previous = undefined;
    if (this.#first === undefined) this.#release();
    if (this.#isEnding) this.#rest();
  }

  *[Symbol.iterator](): Generator<Underway, void> {
    for (let call = this.#first; call !== undefined; call = call.next) yield call;
  }

  /** What is under way keeps its deadline, though not the process; once nothing is, no timer is left. */
  end(): void {
    this.#isEnding = true;
    this.#release();
    this.#rest();
  }

  /** The time of other clocks need not pass by itself. */
  get #keepsAlive(): boolean {
    return this.#clock === systemClock && this.lengthMs !== Infinity && !this.#isEnding;
  }

  #release(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }

  #rest(): void {
    if (this.#first !== undefined) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(now: number): void {
    if (this.#first === undefined || this.lengthMs === Infinity) return;
    this.#timer = this.#clock.schedule(() => this.#expire(), Math.max(1, this.#first.deadlineAt - now));
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (let call = this.#first; call !== undefined && call.deadlineAt <= now; call = this.#first) {
      this.remove(call);
      call.expire();
    }
    if (this.#timer === undefined) this.#arm(now);
  }
}
