import { isCluster, type RedisClient } from './client.js';
import type { Commands } from './commands.js';
import { bySlot } from './slots.js';
import { Turns } from './turns.js';

/** So many keys are asked for by one command. */
const MOST_PER_COMMAND = 1000;

/** Somebody who waits for the value of a key. */
interface Waiter {
  readonly resolve: (found: Buffer | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Keys that are asked for together, each once, with all who wait for it. */
type Round = Map<string, Waiter[]>;

/** Makes one `MGET` of all reads of one turn of the event loop. */
export class Gatherer {
  readonly #commands: Commands;
  readonly #turns = new Turns();
  #round: Round = new Map();

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  /** What is under the key of Redis; `null` where there is nothing. */
  read(key: string): Promise<Buffer | null> {
    return new Promise((resolve, reject) => this.#wait(key, { resolve, reject }));
  }

  /** What is under each of the keys, in their order; by one promise for all of them. */
  readMany(keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    if (keys.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const found: (Buffer | null)[] = Array.from(keys, () => null);
      let left = keys.length;
      for (const [at, key] of keys.entries())
        this.#wait(key, {
          resolve: (record) => {
            found[at] = record;
            left -= 1;
            if (left === 0) resolve(found);
          },
          reject,
        });
    });
  }

  #wait(key: string, waiter: Waiter): void {
    const waiters = this.#round.get(key);
    if (waiters === undefined) this.#ask(key, waiter);
    else waiters.push(waiter);
  }

  #ask(key: string, waiter: Waiter): void {
    if (this.#round.size === 0) this.#turns.atNext(this.#send);
    this.#round.set(key, [waiter]);
  }

  readonly #send = (): void => {
    const round = this.#round;
    this.#round = new Map();
    const keys = [...round.keys()];
    for (let start = 0; start < keys.length; start += MOST_PER_COMMAND)
      void this.#turns.during(this.#fetch(keys.slice(start, start + MOST_PER_COMMAND), round));
  };

  /** Never rejects. */
  async #fetch(keys: readonly string[], round: Round): Promise<void> {
    try {
      await this.#commands.run('read', (client) => answer(client, keys, round));
    } catch (error) {
      // Who has been answered already does not notice.
      for (const key of keys) for (const { reject } of round.get(key) ?? []) reject(error);
    }
  }
}

/** A server answers together what it has; where there are several, one that is down does not keep the others from answering. */
async function answer(client: RedisClient, keys: readonly string[], round: Round): Promise<void> {
  if (!isCluster(client)) return settle(keys, await client.mgetBuffer(keys as string[]), round);
  const parts = Array.from(
    bySlot(keys, (key) => key),
    async (together) => {
      const [first = ''] = together;
      const found =
        together.length === 1 ? [await client.getBuffer(first)] : await client.mgetBuffer(together);
      settle(together, found, round);
    },
  );
  for (const part of await Promise.allSettled(parts)) if (part.status === 'rejected') throw part.reason;
}

function settle(keys: readonly string[], found: readonly (Buffer | null)[], round: Round): void {
  for (const [at, key] of keys.entries()) {
    const value = found[at] ?? null;
    for (const { resolve } of round.get(key) ?? []) resolve(value);
  }
}
