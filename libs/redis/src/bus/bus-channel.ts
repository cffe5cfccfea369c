import { randomUUID } from 'node:crypto';
import { type BusMessage, systemClock } from 'nuthatch/engine';
import type { BusHub } from './bus-hub.js';
import { busClosed } from './errors.js';
import { type Member, Members } from './members.js';
import type { BusSettings } from './options.js';
import { Publisher } from './publisher.js';
import { ReadConnection } from './read-connection.js';
import { Seal } from './seal.js';
import { StreamKeys } from './stream-keys.js';
import { StreamReader } from './stream-reader.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;
/** So much later what comes next is looked at: to be woken by every entry that there is costs more than to read it. */
const GATHERING_MS = 5;

/** Who waits for the stream to be read. */
interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

/** What all caches of a hub share: who listens, who publishes, and the one connection that reads as long as somebody listens. */
export class BusChannel {
  readonly #hub: BusHub;
  readonly #keys: StreamKeys;
  readonly #members = new Members();
  readonly #reader: StreamReader;
  readonly #publisher: Publisher;
  readonly #waiting = new Set<Waiting>();
  /** Whether the stream is being read now; what is published from now on is received, or missed. */
  #isLive = false;
  #connection: ReadConnection | undefined;
  #isRunning = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(hub: BusHub, settings: BusSettings) {
    this.#hub = hub;
    this.#keys = new StreamKeys(hub.keyPrefix);
    const shared = { seal: new Seal(this.#keys.stream, settings.secret), origin: randomUUID() };
    this.#reader = new StreamReader({ ...shared, maxEntryBytes: settings.maxEntryBytes }, this.#members);
    this.#publisher = new Publisher({ ...shared, hub, keys: this.#keys, settings });
  }

  /** Resolves when the member hears everything; rejects with the reason why the stream cannot be read. */
  async join(member: Member): Promise<void> {
    await this.#hub.open(member);
    this.#members.add(member);
    try {
      await this.#live();
    } catch (error) {
      this.leave(member);
      throw this.#hub.failure('read the bus', error);
    }
  }

  leave(member: Member): void {
    this.#members.delete(member);
    this.#hub.close(member);
    if (this.#members.size > 0) return;
    this.#connection?.end();
    this.#fail(busClosed());
  }

  publish({ id, context }: Member, messages: readonly BusMessage[]): Promise<void> {
    return this.#publisher.publish({ namespace: context.namespace, sender: id }, messages);
  }

  async #live(): Promise<void> {
    if (this.#isLive) return;
    const live = new Promise<void>((resolve, reject) => this.#waiting.add({ resolve, reject }));
    void this.#run();
    await live;
  }

  /** One connection after the other, as long as somebody listens. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#members.size > 0) {
      try {
        await this.#readOn();
      } catch (error) {
        await this.#recover(error);
      }
    }
    this.#isRunning = false;
    this.#reader.forget();
  }

  async #readOn(): Promise<void> {
    const connection = await ReadConnection.open(this.#hub.reader(), this.#keys);
    this.#connection = connection;
    try {
      await this.#reader.begin(connection);
      this.#goLive();
      while (this.#members.size > 0) await this.#readNext(connection);
    } finally {
      this.#isLive = false;
      this.#connection = undefined;
      connection.end();
    }
  }

  async #readNext(connection: ReadConnection): Promise<void> {
    const hasNews = await this.#reader.next(connection);
    this.#pauseMs = FIRST_PAUSE_MS;
    if (hasNews) await pause(GATHERING_MS);
  }

  #goLive(): void {
    this.#isLive = true;
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async #recover(error: unknown): Promise<void> {
    // Whoever has left has ended the connection.
    if (this.#members.size === 0) return;
    this.#reader.hesitate();
    this.#members.failed('read', this.#hub.failure('read the bus', error));
    this.#fail(error);
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    await pause(pauseMs);
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.schedule(resolve, ms));
}
