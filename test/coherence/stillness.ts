import { now } from './protocol.js';

const TICK_MS = 10;
/** What a tick may be late without anything being wrong. */
const LATE_MS = 30;

/** Knows for how long this process has stood still: it was stopped, or others had the machine. */
export class Stillness {
  #lastAt = now();
  #totalMs = 0;

  constructor() {
    setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** All of it since the start, in milliseconds. */
  get totalMs(): number {
    return this.#totalMs + this.#late(now());
  }

  #tick(): void {
    const at = now();
    this.#totalMs += this.#late(at);
    this.#lastAt = at;
  }

  #late(at: number): number {
    const lateMs = at - this.#lastAt - TICK_MS;
    return lateMs > LATE_MS ? lateMs : 0;
  }
}
