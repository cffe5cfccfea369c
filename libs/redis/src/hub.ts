import { CacheError } from 'nuthatch/engine';
import { endNow, isCluster, type RedisClient } from './client.js';
import { failed, notConnected, notInTime, notOpen } from './errors.js';
import { loadClient } from './load-client.js';
import type { HubSettings } from './options.js';
import { makeClient, makeReader } from './own-client.js';
import { whenReady } from './readiness.js';
import { ServerWatch, type SuspectListener } from './server-watch.js';
import { within } from './waiting.js';

/**
 * The connections of one `redis()`, shared by every tier and bus of its named caches. Who needs them says so by `open` and `close`, and names
 * itself: the first connects, the last disconnects.
 */
export class RedisHub {
  /** What all keys begin with, without the `:` after it. */
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly #settings: HubSettings;
  readonly #holders = new Set<object>();
  readonly #listeners = new Set<SuspectListener>();
  #making: Promise<RedisClient> | undefined;
  #readying: Promise<void> | undefined;
  #client: RedisClient | undefined;
  #watch: ServerWatch | undefined;
  #lastError: unknown;

  constructor(settings: HubSettings) {
    this.#settings = settings;
    this.keyPrefix = settings.keyPrefix;
    this.commandTimeoutMs = settings.commandTimeoutMs;
  }

  /**
   * Resolves when commands can be sent; rejects with the reason within `connectTimeout`. May be called again after that; `holder` holds nothing
   * then. Once it has resolved, lost connections are made again without end.
   */
  async open(holder: object): Promise<void> {
    this.#holders.add(holder);
    try {
      await this.#connected();
    } catch (error) {
      this.close(holder);
      throw notConnected(error);
    }
  }

  /** Gives up what `holder` has opened. Prompt, also where Redis does not answer. */
  close(holder: object): void {
    if (!this.#holders.delete(holder) || this.#holders.size > 0) return;
    const client = this.#client;
    this.#watch?.end();
    client?.off('error', this.#heard).off('node error', this.#heard).off('ready', this.#recovered);
    this.#making = undefined;
    this.#readying = undefined;
    this.#client = undefined;
    this.#watch = undefined;
    if (client === undefined || this.#settings.source.kind === 'given') return;
    // Whatever it says about its end is of no interest.
    client.on('error', () => undefined);
    endNow(client);
  }

  /**
   * For commands, which fail at once where there is no connection, and after `commandTimeout` where there is no answer.
   * @throws CacheError `store_failed` with the reason, where there is no connection now; `closed` where nobody has opened the hub.
   */
  get commands(): RedisClient {
    const client = this.#client;
    if (client === undefined) throw notOpen();
    if (client.status === 'ready') return client;
    throw notConnected(this.#lastError ?? new Error(`the connection is in the state ${client.status}`));
  }

  /** Whether commands may be left without an answer: the timeouts of a client that was given are its own. */
  get isGiven(): boolean {
    return this.#settings.source.kind === 'given';
  }

  /** Whether keys live on several servers. */
  get isSpread(): boolean {
    const { source } = this.#settings;
    return source.kind === 'given' ? isCluster(source.client) : source.kind === 'cluster';
  }

  /**
   * Makes a connection of its own for commands that block: no timeout, no queue, reconnects by itself (50 ms doubling to 500 ms). Not connected
   * yet: `await reader.connect()`. Who made it ends it with `endNow(reader)`.
   */
  reader(): RedisClient {
    if (this.#client === undefined) throw notOpen();
    const reader = makeReader(this.#client);
    // What is wrong is told by the commands; without a listener, ioredis writes to the console.
    reader.on('error', () => undefined);
    return reader;
  }

  /** Calls `listener` whenever acknowledged writes may be lost; answers how to stop that. */
  onSuspect(listener: SuspectListener): () => void {
    const own: SuspectListener = (lost, reason) => listener(lost, reason);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** The error to throw where `operation` failed: its message is that of Redis, and the arguments of the command are not in it. */
  failure(operation: string, error: unknown): CacheError {
    return failed(operation, error);
  }

  async #connected(): Promise<void> {
    const { connectTimeoutMs } = this.#settings;
    this.#making ??= this.#make();
    const making = this.#making;
    const client = await making;
    if (this.#making !== making) throw notOpen();
    if (client.status === 'ready') return;
    this.#readying ??= this.#ready(client);
    await within(connectTimeoutMs, this.#readying, () => notInTime(connectTimeoutMs, this.#lastError));
  }

  /** One for all who open at once. */
  async #ready(client: RedisClient): Promise<void> {
    try {
      await whenReady(client);
    } catch (error) {
      throw error instanceof CacheError ? error : (this.#lastError ?? error);
    } finally {
      this.#readying = undefined;
    }
  }

  async #make(): Promise<RedisClient> {
    const { source } = this.#settings;
    const client = source.kind === 'given' ? source.client : makeClient(await loadClient(), this.#settings);
    if (this.#holders.size === 0) return client;
    this.#client = client;
    this.#lastError = undefined;
    client.on('error', this.#heard).on('ready', this.#recovered);
    if (isCluster(client)) client.on('node error', this.#heard);
    this.#watch = new ServerWatch(client, (lost, reason) => this.#tell(lost, reason));
    return client;
  }

  readonly #heard = (error: unknown): void => {
    // That it was closed is what follows from what was said before.
    if (this.#lastError === undefined || !isClosing(error)) this.#lastError = error;
  };

  readonly #recovered = (): void => {
    this.#lastError = undefined;
  };

  #tell(lost: 'all' | 'recent', reason: string): void {
    for (const listener of this.#listeners) listener(lost, reason);
  }
}

function isClosing(error: unknown): boolean {
  return error instanceof Error && error.message === 'Connection is closed.';
}
