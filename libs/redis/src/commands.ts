import { isCluster, type RedisClient } from './client.js';
import type { RedisHub } from './hub.js';
import { inOnePiece } from './one-piece.js';
import type { Script } from './scripts.js';
import { within } from './waiting.js';

/** What a script is given. */
export interface ScriptInput {
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
}

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
  script(operation: string, script: Script, input: ScriptInput): Promise<unknown> {
    return this.run(operation, (client) => evaluate(client, script, input));
  }

  /** Whether `client` does what it is sent in that order: not several servers, nor a client whose owner may have it send again what has failed. */
  isInOrder(client: RedisClient): boolean {
    return !this.#hub.isGiven && !isCluster(client);
  }

  /** What is thrown where `operation` fails for one key alone. */
  failure(operation: string, error: unknown): Error {
    return this.#hub.failure(operation, error);
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    return within(this.#hub.commandTimeoutMs, answer, () => new Error('Command timed out'));
  }
}

/** @param missing told before the script is sent as a text, since the server did not have it. */
export async function evaluate(
  client: RedisClient,
  { sha, lua }: Script,
  { keys, args, missing }: ScriptInput & { readonly missing?: () => void },
): Promise<unknown> {
  try {
    inOnePiece(client);
    return await client.callBuffer('evalsha', sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
  }
  missing?.();
  return client.callBuffer('eval', lua, keys.length, ...keys, ...args);
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
