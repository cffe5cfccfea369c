import { randomUUID } from 'node:crypto';
import { type BusMessage, sendable } from 'nuthatch/engine';
import { evaluate } from '../commands.js';
import { within } from '../waiting.js';
import type { BusHub } from './bus-hub.js';
import { noAnswer, tooMuchToSend } from './errors.js';
import { Gathered } from './gathered.js';
import { encode } from './message-codec.js';
import type { BusSettings } from './options.js';
import { assertFits, packed } from './packing.js';
import { PUBLISH } from './scripts.js';
import { Seal } from './seal.js';
import type { StreamKeys } from './stream-keys.js';

/** How many entries are on their way to Redis at most. */
const MOST_IN_FLIGHT = 4;
/** How much may wait. */
const MOST_BYTES = 2 ** 20;
/** Origin, number and brackets. */
const HEADER_BYTES = 128;

/** Where a publisher writes. */
export interface PublisherContext {
  readonly hub: BusHub;
  readonly keys: StreamKeys;
  readonly settings: BusSettings;
  readonly seal: Seal;
  /** Which process this is. */
  readonly origin: string;
}

/** What was gathered, and who is told what becomes of it. */
interface Batch {
  readonly entries: Iterator<string>;
  readonly promise: Deferred;
  left: number;
  isDrained: boolean;
}

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** Sends what the caches of a process publish: as much as possible in one entry, and several entries at a time. */
export class Publisher {
  readonly #context: PublisherContext;
  readonly #roomBytes: number;
  #gathered: { readonly messages: Gathered; readonly promise: Deferred } | undefined;
  #batch: Batch | undefined;
  #inFlight = 0;
  #seq = 0;

  constructor(context: PublisherContext) {
    this.#context = context;
    this.#roomBytes = context.settings.maxEntryBytes - Seal.bytes - HEADER_BYTES;
  }

  /** Resolves when Redis has it; rejects where it may not have all of it. */
  async publish(
    from: { readonly namespace: string; readonly sender: number },
    messages: readonly BusMessage[],
  ): Promise<void> {
    const sent = messages.map(sendable);
    for (const message of sent) assertFits(from.namespace, message, this.#roomBytes);
    const gathered = this.#gathered ?? this.#begin();
    if (gathered.messages.bytes > MOST_BYTES) throw tooMuchToSend(MOST_BYTES);
    gathered.messages.add(from, sent);
    await gathered.promise.promise;
  }

  /** What is published before this turn of the event loop ends goes along; nothing waits where nobody else is likely to come. */
  #begin(): { readonly messages: Gathered; readonly promise: Deferred } {
    const gathered = { messages: new Gathered(), promise: deferred() };
    this.#gathered = gathered;
    if (this.#inFlight === 0) process.nextTick(() => this.#send());
    else setImmediate(() => this.#send());
    return gathered;
  }

  #send(): void {
    while (this.#inFlight < MOST_IN_FLIGHT) {
      const batch = this.#batch ?? this.#nextBatch();
      if (batch === undefined) return;
      const { value, done } = batch.entries.next();
      if (done === true) this.#endBatch(batch);
      else void this.#sendEntry(batch, value);
    }
  }

  #nextBatch(): Batch | undefined {
    const gathered = this.#gathered;
    if (gathered === undefined) return undefined;
    this.#gathered = undefined;
    const entries = packed(gathered.messages, this.#roomBytes);
    this.#batch = { entries, promise: gathered.promise, left: 0, isDrained: false };
    return this.#batch;
  }

  #endBatch(batch: Batch): void {
    this.#batch = undefined;
    batch.isDrained = true;
    if (batch.left === 0) batch.promise.resolve();
  }

  async #sendEntry(batch: Batch, parts: string): Promise<void> {
    this.#inFlight += 1;
    batch.left += 1;
    try {
      await this.#add(parts);
      batch.left -= 1;
      if (batch.isDrained && batch.left === 0) batch.promise.resolve();
    } catch (error) {
      // The rest of it is not sent: the caller has to publish again in any case.
      if (this.#batch === batch) this.#batch = undefined;
      batch.promise.reject(this.#context.hub.failure('publish on the bus', error));
    } finally {
      this.#inFlight -= 1;
    }
    this.#send();
  }

  async #add(parts: string): Promise<void> {
    const { hub, keys, settings, seal, origin } = this.#context;
    const payload = encode({ origin, seq: (this.#seq += 1) }, parts, seal);
    const args = [randomUUID(), settings.maxLength, payload];
    // The timeout of a client that was given is not ours.
    const added = evaluate(hub.commands, PUBLISH, { keys: keys.all, args });
    await within(hub.commandTimeoutMs, added, () => noAnswer(hub.commandTimeoutMs));
  }
}

function deferred(): Deferred {
  let settle: Pick<Deferred, 'resolve' | 'reject'> = { resolve: () => undefined, reject: () => undefined };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}
