import { randomUUID } from 'node:crypto';
import { systemClock } from 'nuthatch/engine';
import { endNow, type RedisClient } from '../client.js';
import { evaluate } from '../commands.js';
import { connectionLost, noAnswer, strangeAnswer } from './errors.js';
import { POSITION } from './scripts.js';
import type { StreamKeys } from './stream-keys.js';

const CONNECT_WITHIN_MS = 1000;
/** How long Redis waits for an entry to come. */
const BLOCK_MS = 200;
/** How much longer than that an answer may take. */
const GRACE_MS = 300;

/** Where the stream is. */
export interface Position {
  /** Another one where all of the bus was deleted. */
  readonly epoch: string;
  /** How many numbers were given. */
  readonly counter: number;
  /** Another one whenever a server has started; '' where Redis does not tell. */
  readonly run: string;
  /** The id of the last entry, where it was asked for. */
  readonly lastId: string;
}

/** An entry as it is in the stream: nothing of it is known to be right. */
export interface RawEntry {
  readonly id: string;
  readonly fields: readonly Buffer[];
}

/** What is to be read. */
export interface ReadRequest {
  /** Entries after this one. */
  readonly after: string;
  readonly count: number;
  /** Whether to wait for an entry where there is none. */
  readonly isPatient: boolean;
}

/** One connection that reads; once it has failed, it is good for nothing any more. */
export class ReadConnection {
  readonly #client: RedisClient;
  readonly #keys: StreamKeys;
  readonly #lost: Promise<never>;
  /** A server that starts anew ends all connections. */
  #run = '';
  #isEnded = false;

  private constructor(client: RedisClient, keys: StreamKeys) {
    this.#client = client;
    this.#keys = keys;
    this.#lost = new Promise((_resolve, reject) => client.once('close', () => reject(connectionLost())));
    // Whoever waits for an answer is told; nobody may be waiting.
    this.#lost.catch(() => undefined);
  }

  static async open(client: RedisClient, keys: StreamKeys): Promise<ReadConnection> {
    const connection = new ReadConnection(client, keys);
    try {
      await connection.#within(CONNECT_WITHIN_MS, client.connect());
      return connection;
    } catch (error) {
      connection.end();
      throw error;
    }
  }

  end(): void {
    // Ended twice, ioredis waits for a close that has been.
    if (!this.#isEnded) endNow(this.#client);
    this.#isEnded = true;
  }

  /** Where the stream is now, with its last entry. */
  position(): Promise<Position> {
    return this.#within(CONNECT_WITHIN_MS, this.#position(true));
  }

  /** The entries that come next, and where the stream was just after that. */
  async read(request: ReadRequest): Promise<{ entries: readonly RawEntry[]; position: Position }> {
    // The second question is on its way before the first is answered.
    const both = Promise.all([this.#entries(request), this.#position(false)]);
    const [entries, position] = await this.#within(BLOCK_MS + GRACE_MS, both);
    return { entries, position };
  }

  async #entries({ after, count, isPatient }: ReadRequest): Promise<readonly RawEntry[]> {
    const { stream } = this.#keys;
    const reply = isPatient
      ? await this.#client.xreadBuffer('COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', stream, after)
      : await this.#client.xreadBuffer('COUNT', count, 'STREAMS', stream, after);
    const entries = reply?.[0]?.[1] ?? [];
    return entries.map(([id, fields]) => ({ id: id.toString(), fields }));
  }

  async #position(isWithLast: boolean): Promise<Position> {
    const args = [randomUUID(), isWithLast ? '1' : '0'];
    const { epoch, counter, run, lastId } = positionOf(
      await evaluate(this.#client, POSITION, { keys: this.#keys.all, args }),
    );
    if (isWithLast) this.#run = run;
    return { epoch, counter, run: this.#run, lastId };
  }

  async #within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
    let timer = { cancel: (): void => undefined };
    const late = new Promise<never>((_resolve, reject) => {
      // What has come while this process was busy is looked at first.
      const giveUp = (): unknown => setImmediate(() => reject(noAnswer(limitMs)));
      timer = systemClock.schedule(giveUp, limitMs);
    });
    try {
      return await Promise.race([answer, this.#lost, late]);
    } finally {
      timer.cancel();
    }
  }
}

function positionOf(found: unknown): Position {
  if (!Array.isArray(found) || !found.every((each) => Buffer.isBuffer(each)))
    throw strangeAnswer('where the stream is');
  const [epoch = '', counter = '', run = '', lastId = '0-0'] = found.map(String);
  return { epoch, counter: Number.parseInt(counter, 10) || 0, run, lastId };
}
