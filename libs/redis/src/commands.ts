import type { ChainableCommander } from 'ioredis';
import { isCluster, type RedisClient } from './client.js';
import type { RedisHub } from './hub.js';
import { inOnePiece } from './one-piece.js';
import type { Script } from './scripts.js';
import { within } from './waiting.js';

/** What a script is given: its one key, and arguments. */
export interface ScriptCall {
  readonly key: string;
  readonly args: readonly (string | number | Buffer)[];
}

/** So many calls are under way at a time where there are many. */
const MOST_AT_ONCE = 500;

/** Sends commands over a hub, and says what has failed in words of ours. */
export class Commands {
  readonly #hub: RedisHub;

  constructor(hub: RedisHub) {
    this.#hub = hub;
  }

  /** @throws CacheError `store_failed` or `store_timeout`, naming the operation. */
  async run<T>(operation: string, send: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      const answer = send(this.#hub.commands);
      return await (this.#hub.isGiven ? this.#inTime(answer) : answer);
    } catch (error) {
      throw this.#hub.failure(operation, error);
    }
  }

  /** Runs a script; the server is given its text where it does not have it. */
  script(operation: string, script: Script, call: ScriptCall): Promise<unknown> {
    return this.run(operation, (client) => evaluate(client, script, call));
  }

  /** Runs a script for each call, in any order; answers in the order of the calls. */
  async scripts(operation: string, script: Script, calls: readonly ScriptCall[]): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (let start = 0; start < calls.length; start += MOST_AT_ONCE) {
      const some = calls.slice(start, start + MOST_AT_ONCE);
      answers.push(...(await this.run(operation, (client) => evaluateAll(client, script, some))));
    }
    return answers;
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    return within(this.#hub.commandTimeoutMs, answer, () => new Error('Command timed out'));
  }
}

async function evaluate(
  client: RedisClient,
  { sha, lua }: Script,
  { key, args }: ScriptCall,
): Promise<unknown> {
  try {
    inOnePiece(client);
    return await client.callBuffer('evalsha', sha, 1, key, ...args);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return client.callBuffer('eval', lua, 1, key, ...args);
  }
}

/** One write to the socket where there is one server; each on its own in a Cluster, where they go to several. */
async function evaluateAll(
  client: RedisClient,
  script: Script,
  calls: readonly ScriptCall[],
): Promise<unknown[]> {
  const [only] = calls;
  if (calls.length === 1 && only !== undefined) return [await evaluate(client, script, only)];
  if (isCluster(client)) return allOf(calls.map((call) => evaluate(client, script, call)));
  const pipeline: ChainableCommander = client.pipeline();
  for (const { key, args } of calls) pipeline.callBuffer('evalsha', script.sha, 1, key, ...args);
  const replies = (await pipeline.exec()) ?? [];
  return allOf(
    replies.map(async ([error, reply], at) => {
      const call = calls[at];
      if (error === null) return reply;
      if (call === undefined || !isUnknownScript(error)) throw error;
      return evaluate(client, script, call);
    }),
  );
}

/** Waits for all, so that none fails unheard. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
