import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Stopwatch } from '../child/stopwatch.js';
import type { Subject, Value } from '../field/contestant.js';
import type { Course } from './course.js';
import type { Operation } from './operations.js';

/** How long to run: until both are reached, or the end. */
export interface Length {
  readonly atLeastMs: number;
  readonly requests: number;
  readonly atMostMs: number;
}

/** Requests between two turns of the event loop: the timers that a cache starts must be able to fire, as they do in a service. */
const CHUNK = 8192;

/** A cache, and the requests for it. */
export class Stage {
  readonly #cache: Subject;
  readonly #course: Course;
  readonly #stopwatch: Stopwatch;
  /** How many requests of an operation have been made. */
  readonly #made = new Map<Operation, number>();

  constructor(cache: Subject, course: Course, stopwatch: Stopwatch) {
    this.#cache = cache;
    this.#course = course;
    this.#stopwatch = stopwatch;
  }

  /** Puts the residents in, and collects what building all this left behind, so that nobody collects it on the clock. */
  fill(): void {
    const { keys, values } = this.#course.residents;
    for (let at = 0; at < keys.length; at++) this.#cache.set(keys[at] as string, values[at] as Value);
    globalThis.gc?.();
  }

  /** Goes on with an operation; answers operations per second. @throws Error where the cache did not do what was measured. */
  async run(operation: Operation, length: Length): Promise<number> {
    const requests = operation.requests(this.#course);
    const first = this.#made.get(operation) ?? 0;
    let [made, found, spentMs] = [0, 0, 0];
    const roughStartMs = this.#stopwatch.roughNow();
    const startMs = this.#stopwatch.now();
    while (!isOver(length, made, spentMs)) {
      found += operation.run(this.#cache, requests, { start: first + made, count: CHUNK });
      made += CHUNK;
      await turnOfTheLoop();
      spentMs = this.#stopwatch.roughNow() - roughStartMs;
    }
    const elapsedMs = this.#stopwatch.now() - startMs;
    this.#made.set(operation, first + made);
    if (!operation.accepts(found / made)) throw new Error(`${operation.name} found ${found} of ${made} keys`);
    return (1000 * made) / elapsedMs;
  }
}

function isOver({ atLeastMs, requests, atMostMs }: Length, made: number, spentMs: number): boolean {
  return (made >= requests && spentMs >= atLeastMs) || spentMs >= atMostMs;
}
