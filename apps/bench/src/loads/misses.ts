import type { Stopwatch } from '../child/stopwatch.js';
import type { Value } from '../field/contestant.js';
import type { Subject } from './contestants.js';
import { type Answer, CALLERS, type Figure, type Lap } from './lap.js';

/** A loader that counts how often it is called. */
export class CountingLoader {
  answer: Answer = 'microtask';
  readonly #calls = new Map<string, number>();

  /** How often one key was loaded since the last time this was asked, at most. */
  takeMostCalls(): number {
    const most = Math.max(0, ...this.#calls.values());
    this.#calls.clear();
    return most;
  }

  load(key: string): Promise<Value> {
    this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
    const value = { id: this.#calls.size, name: key };
    if (this.answer === 'microtask') return Promise.resolve(value);
    return new Promise((resolve) => {
      setImmediate(resolve, value);
    });
  }
}

/** A cache that is asked for what it does not have, by many callers at once. */
export class Misses {
  readonly #subject: Subject;
  readonly #loader: CountingLoader;

  constructor(subject: Subject, loader: CountingLoader) {
    this.#subject = subject;
    this.#loader = loader;
  }

  /** Milliseconds until all callers are answered, as a mean over the bursts of the lap; the keys are forgotten in between. */
  async run(lap: Extract<Lap, { kind: 'misses' }>, stopwatch: Stopwatch): Promise<Figure> {
    const keys = Array.from({ length: lap.keys }, (_, at) => `guest:${at}`);
    const loads = keys.map((key) => () => this.#loader.load(key));
    this.#loader.answer = lap.answer;
    let [spentMs, bursts, calls] = [0, 0, 0];
    while (spentMs < lap.ms) {
      this.#loader.takeMostCalls();
      const startMs = stopwatch.now();
      const values = await this.#burst(keys, loads);
      spentMs += stopwatch.now() - startMs;
      bursts++;
      calls = Math.max(calls, this.#loader.takeMostCalls());
      assertAnswers(values, keys);
      for (const key of keys) await this.#subject.forget(key);
    }
    return { value: spentMs / bursts, calls };
  }

  #burst(
    keys: readonly string[],
    loads: readonly (() => Promise<Value>)[],
  ): Promise<readonly (Value | undefined)[]> {
    const answers: Promise<Value | undefined>[] = [];
    for (let at = 0; at < CALLERS; at++) {
      const which = at % keys.length;
      answers.push(this.#subject.getOrLoad(keys[which] as string, loads[which] as () => Promise<Value>));
    }
    return Promise.all(answers);
  }
}

function assertAnswers(values: readonly (Value | undefined)[], keys: readonly string[]): void {
  const wrong = values.findIndex((value, at) => value?.name !== keys[at % keys.length]);
  if (wrong >= 0) throw new Error(`caller ${wrong} got ${JSON.stringify(values[wrong])}`);
}
