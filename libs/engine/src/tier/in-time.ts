import type { Clock } from '../kernel/clock.js';
import { Deadlines, type Underway } from '../kernel/deadlines.js';
import { tierTimedOut } from './errors.js';

/** Gives up on what takes longer than so many milliseconds; one timer serves all that is under way. */
export class InTime {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock, limitMs);
  }

  /** What is asked for, if it comes in time. Keeps no process alive. @throws CacheError `store_timeout` where it does not come. */
  of<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { lengthMs } = this.#deadlines;
      const expire = (): void => reject(tierTimedOut(lengthMs));
      const call: Underway = { deadlineAt: 0, next: undefined, previous: undefined, expire };
      this.#deadlines.add(call, this.#clock.now());
      asked.then(
        (answer) => {
          this.#deadlines.remove(call);
          resolve(answer);
        },
        (error: unknown) => {
          this.#deadlines.remove(call);
          reject(error as Error);
        },
      );
    });
  }

  /** Whatever is under way keeps its deadline; after that no timer is left. */
  end(): void {
    this.#deadlines.end();
  }
}

/** As {@link InTime.of}, for what is seldom asked. */
export function inTime<T>(asked: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  const limit = new InTime(clock, limitMs);
  const answer = limit.of(asked);
  limit.end();
  return answer;
}
