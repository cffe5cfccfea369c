import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { median } from '../statistics/median.js';
import { contestantOf } from './contestants.js';
import { type Figure, type Lap, type Operation } from './lap.js';
import { type Course, coursesOf, type Part } from './courses.js';

/** What one process holds: one cache, so that it does not hear of what another has written. */
export interface LanePlan {
  readonly name: string;
  readonly part: Part;
  readonly url: string;
}

/** Runs a lap. */
export type Lane = (lap: Lap) => Promise<Figure>;

/** Calls that take less than a turn of the event loop, between two of them. */
const CHUNK = 1024;

/** Opens the cache, or the client, and fills it. */
export async function openLane({ name, part, url }: LanePlan): Promise<Lane> {
  const courses = await coursesOf(contestantOf(name), part, url);
  const made = new Map<Operation, number>();
  return async ({ operation, callers, ms }) => {
    const course = courses[operation];
    if (course === undefined) throw new Error(`${name} does not do ${operation}`);
    const runner = new Runner(course, { isQuick: operation === 'memory', isTimed: callers === 1 });
    const first = made.get(operation) ?? 0;
    const figure = await runner.run(callers, ms, first);
    made.set(operation, first + figure.calls);
    return figure;
  };
}

/** Callers at work for the time of a lap. */
class Runner {
  readonly #course: Course;
  readonly #chunk: number;
  readonly #isTimed: boolean;
  readonly #waitedUs: number[] = [];
  #next = 0;
  #misses = 0;

  constructor(
    course: Course,
    { isQuick, isTimed }: { readonly isQuick: boolean; readonly isTimed: boolean },
  ) {
    this.#course = course;
    this.#chunk = isQuick ? CHUNK : 1;
    this.#isTimed = isTimed && !isQuick;
  }

  async run(callers: number, ms: number, first: number): Promise<Figure> {
    this.#next = first;
    const before = process.cpuUsage();
    const startMs = performance.now();
    const endMs = startMs + ms;
    await Promise.all(Array.from({ length: callers }, () => this.#call(endMs)));
    const seconds = (performance.now() - startMs) / 1000;
    const { user, system } = process.cpuUsage(before);
    const calls = this.#next - first;
    return {
      calls,
      perSecond: calls / seconds,
      perCpuSecond: (calls * 1e6) / (user + system),
      p50Us: median(this.#waitedUs),
      misses: this.#misses,
    };
  }

  async #call(endMs: number): Promise<void> {
    let fromMs = performance.now();
    while (fromMs < endMs) {
      for (let left = this.#chunk; left > 0; left--) await this.#ask();
      if (this.#chunk > 1) await turnOfTheLoop();
      const now = performance.now();
      if (this.#isTimed) this.#waitedUs.push(1000 * (now - fromMs));
      fromMs = now;
    }
  }

  async #ask(): Promise<void> {
    const at = this.#next++;
    const answer = await this.#course.ask(at);
    if (this.#course.isMiss(answer)) this.#misses++;
    else if (!this.#course.isRight(answer, at))
      throw new Error(`call ${at} was answered ${JSON.stringify(answer)}`);
  }
}
