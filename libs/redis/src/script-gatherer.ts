import { isCluster, type RedisClient } from './client.js';
import { type Commands, evaluate } from './commands.js';
import type { Script } from './scripts.js';
import { bySlot } from './slots.js';
import { Turns } from './turns.js';

/** So many keys, and about so many bytes, are given to one run of a script, during which the server does nothing else. */
const MOST_PER_RUN = 100;
const MOST_BYTES_PER_RUN = 2 ** 20;

/** What a script is asked for: one key, and as many arguments as it takes for each. */
export interface ScriptCall {
  readonly key: string;
  readonly args: readonly (string | number | Buffer)[];
}

/** A call, and who waits for what comes of it. */
interface Waiting extends ScriptCall {
  /** Told when whatever is sent from now on comes after it; again, where that turned out to be wrong. */
  readonly sent: (() => void) | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes one run of a script, which does the same for each of its keys, of all calls of one turn of the event loop. */
export class ScriptGatherer {
  readonly #commands: Commands;
  readonly #operation: string;
  readonly #script: Script;
  readonly #turns = new Turns();
  #round: Waiting[] = [];
  /** Whether the server has run it by its hash; it may have forgotten it since. */
  #isKnown = false;

  constructor(commands: Commands, operation: string, script: Script) {
    this.#commands = commands;
    this.#operation = operation;
    this.#script = script;
  }

  /** @throws CacheError as {@link Commands.run}. */
  call({ key, args }: ScriptCall): Promise<unknown> {
    return new Promise((resolve, reject) => this.#wait({ key, args, sent: undefined, resolve, reject }));
  }

  /**
   * Answers in the order of the calls, and rejects when all have ended. @param sent see {@link Waiting.sent}; not told where that cannot be said, as in a
   * Cluster.
   */
  all(calls: readonly ScriptCall[], sent?: () => void): Promise<unknown[]> {
    if (calls.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const answers: unknown[] = Array.from(calls, () => undefined);
      const errors: unknown[] = [];
      let left = calls.length;
      const end = (): void => {
        left -= 1;
        if (left > 0) return;
        if (errors.length > 0) reject(errors[0]);
        else resolve(answers);
      };
      for (const [at, { key, args }] of calls.entries())
        this.#wait({
          key,
          args,
          sent,
          resolve: (answer) => {
            answers[at] = answer;
            end();
          },
          reject: (error) => {
            errors.push(error);
            end();
          },
        });
    });
  }

  #wait(waiting: Waiting): void {
    if (this.#round.length === 0) this.#turns.atNext(this.#send);
    this.#round.push(waiting);
  }

  readonly #send = (): void => {
    const round = this.#round;
    this.#round = [];
    for (const some of portions(round)) void this.#turns.during(this.#run(some));
  };

  /** Never rejects. */
  async #run(some: readonly Waiting[]): Promise<void> {
    try {
      await this.#commands.run(this.#operation, (client) => this.#give(client, some));
    } catch (error) {
      // Who has been answered already does not notice.
      for (const { reject } of some) reject(error);
    }
  }

  async #give(client: RedisClient, some: readonly Waiting[]): Promise<void> {
    if (!isCluster(client)) return this.#evaluate(client, some);
    const parts = Array.from(bySlot(some, ({ key }) => key), (together) => this.#evaluateAlone(client, together)); // prettier-ignore
    await Promise.all(parts);
  }

  /** Of several servers one that is down is of no interest to who asks another one. */
  async #evaluateAlone(client: RedisClient, together: readonly Waiting[]): Promise<void> {
    try {
      await this.#evaluate(client, together);
    } catch (error) {
      for (const { reject } of together) reject(this.#commands.failure(this.#operation, error));
    }
  }

  async #evaluate(client: RedisClient, together: readonly Waiting[]): Promise<void> {
    const keys = together.map(({ key }) => key);
    const args = together.flatMap((one) => one.args);
    const wasKnown = this.#isKnown && this.#commands.isInOrder(client);
    const missing = (): void => void (this.#isKnown = false);
    const running = evaluate(client, this.#script, { keys, args, missing });
    if (wasKnown) tell(together);
    const answers = (await running) as readonly unknown[];
    // It came as a text, after what was to come after it.
    if (wasKnown && !this.#isKnown) tell(together);
    this.#isKnown = true;
    for (const [at, { resolve }] of together.entries()) resolve(answers[at]);
  }
}

function* portions(round: readonly Waiting[]): Generator<readonly Waiting[]> {
  let portion: Waiting[] = [];
  let bytes = 0;
  for (const waiting of round) {
    if (portion.length === MOST_PER_RUN || (portion.length > 0 && bytes > MOST_BYTES_PER_RUN)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(waiting);
    for (const arg of waiting.args) bytes += Buffer.isBuffer(arg) ? arg.length : 0;
  }
  yield portion;
}

/** Calls that were made together are told together. */
function tell(all: readonly Waiting[]): void {
  let last: Waiting['sent'];
  for (const { sent } of all) {
    if (sent !== last) sent?.();
    last = sent;
  }
}
