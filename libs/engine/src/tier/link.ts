import type { Invalidation } from '../kernel/invalidation.js';
import type { Timer } from '../kernel/clock.js';
import { versionAt } from '../kernel/sequence.js';
import { within } from '../kernel/within.js';
import type { Bus, BusListener, BusMessage } from './bus.js';
import { tierTimedOut } from './errors.js';
import { inTime } from './in-time.js';
import type { LinkParts, Neighbour } from './link-parts.js';
import { Unsaid } from './unsaid.js';
import { untilDone } from './until-done.js';

/** How often it is looked whether the others can still be heard. */
const LOOK_MS = 250;
/** How often the time of the tier is asked for. */
const TIME_MS = 10_000;
const TIME_SAMPLES = 3;

/**
 * The link of a cache to the other processes: opens tier and bus and goes on trying where that fails, passes on what others tell, and knows what can be
 * vouched for. Memory is trusted as long as the bus has proven that nothing was missed, and `maxBlind` beyond; the tier is read only while this
 * process would hear of what is invalidated, and not before the others can have made up for an outage.
 */
export class Link implements BusListener {
  /** Nothing before the cache is put together; its memory is empty then. */
  neighbour: Neighbour | undefined;
  bus: Bus | undefined;
  /** The version from which on it is known what others change; 0 where nobody is listened to. */
  heardSince = 0;
  readonly #parts: LinkParts;
  /** Everything published before was received. */
  #provenAt = -Infinity;
  #settledAt = -Infinity;
  #isLinked = false;
  /** How often the invalidations are being read again. */
  #rereads = 0;
  #isClosed = false;
  #wasBlindSince: number | undefined;
  #timeAskedAt = -Infinity;
  readonly #unsaid: Unsaid;
  #timer: Timer | undefined;
  #connecting: Promise<void> | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    const publish = (messages: readonly BusMessage[]): Promise<void> => this.#publishInTime(messages);
    this.#unsaid = new Unsaid({ clock: parts.clock, publish, isHeard: () => !this.isBlind });
  }

  /** Whether what the tier answers can be vouched for. */
  get isReadable(): boolean {
    if (!this.#isLinked || this.#rereads > 0) return false;
    const now = this.#parts.clock.now();
    return now - this.#provenAt <= this.#parts.settings.maxBlindMs && now >= this.#settledAt;
  }

  /** Whether the others can not be heard, or not yet. */
  get isBlind(): boolean {
    return this.#parts.clock.now() - this.#provenAt > this.#parts.settings.maxBlindMs;
  }

  /** Whether an entry of this version may be served from memory: after an outage, an older one may have been changed by who could not say so yet. */
  vouches(version: number): boolean {
    const { clock, settings } = this.#parts;
    const now = clock.now();
    const oldest = now - settings.maxBlindMs;
    if (this.#provenAt >= oldest && now >= this.#settledAt) return true;
    return version >= versionAt(clock.wallAt(oldest));
  }

  /** Resolves when linked, or when that has taken as long as it may: then it goes on by itself. */
  async open(): Promise<void> {
    const { clock, settings } = this.#parts;
    this.#connecting ??= this.#connect();
    await within(this.#connecting, settings.openTimeoutMs, { clock, late: undefined });
    this.#timer ??= clock.schedule(() => this.#look(), LOOK_MS);
  }

  async close(): Promise<void> {
    const { tier, clock, settings } = this.#parts;
    this.#isClosed = true;
    this.#isLinked = false;
    this.#timer?.cancel();
    this.#unsaid.end();
    // One that hangs is not waited for.
    const ended = Promise.all([this.bus?.close(), tier.close()]).then(() => true);
    if (await within(ended, settings.openTimeoutMs, { clock, late: false })) return;
    throw tierTimedOut(settings.openTimeoutMs);
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (messages.length > 0) await this.bus?.publish(messages);
  }

  /** As {@link publish}, and later where that fails. @throws where it has not worked in the time of a call on the tier. */
  async publishSoon(messages: readonly BusMessage[]): Promise<void> {
    try {
      await this.#publishInTime(messages);
    } catch (error) {
      this.#unsaid.add(messages);
      throw error;
    }
  }

  /** As {@link publish}; what cannot be told now is told as soon as that works. */
  async publishLater(messages: readonly BusMessage[]): Promise<void> {
    await this.publishSoon(messages).catch((error: unknown) => this.#parts.observer.failed('publish', error));
  }

  received(messages: readonly BusMessage[]): void {
    for (const message of messages) this.#hear(message);
  }

  proven(at: number): void {
    const { clock, settings } = this.#parts;
    if (at <= this.#provenAt) return;
    const wasLinked = this.#provenAt !== -Infinity;
    // The others may be as late to hear of it as this process, and have not made up yet for what they could not say meanwhile.
    if (wasLinked && Math.min(at, clock.now()) - this.#provenAt > settings.maxBlindMs) this.#settle();
    this.#provenAt = at;
    // Of what was loaded before it is not known what others have changed until this process began to listen.
    if (wasLinked) return;
    this.heardSince = versionAt(clock.wallNow());
    this.#forgetMemory();
  }

  missed(reason: string): void {
    this.#parts.observer.missed(reason);
    this.#forgetAll();
  }

  failed(operation: string, error: unknown): void {
    this.#parts.observer.failed(operation, error);
  }

  /** A server of the tier is not what it was. */
  suspect(lost: 'all' | 'recent', reason: string): void {
    if (this.#isClosed) return;
    this.#parts.observer.missed(reason);
    this.#settle();
    this.#forgetAll();
    this.neighbour?.restate(lost);
  }

  #hear(message: BusMessage): void {
    const { validity, sequence, fencing } = this.#parts;
    if (message.kind === 'changed') {
      for (const [key, version] of message.keys) {
        sequence.pass(version);
        fencing.raise(key);
      }
      this.neighbour?.changed(message.keys);
    } else if (message.kind === 'invalidated') {
      this.#takeUp(message.invalidations, validity);
      this.neighbour?.invalidated(message.invalidations);
    } else if (message.kind === 'published') this.neighbour?.published(message.event, message.params);
    else this.neighbour?.released(message.keys);
  }

  #takeUp(invalidations: readonly Invalidation[], validity: LinkParts['validity']): void {
    const inOrder = [...invalidations].sort((one, other) => one.version - other.version);
    for (const invalidation of inOrder) validity.takeUp(invalidation);
    // One may count from later on, where another one was known already.
    this.#parts.sequence.pass(validity.newest);
  }

  #settle(): void {
    this.#settledAt = this.#parts.clock.now() + this.#parts.settings.settleMs;
  }

  #forgetMemory(): void {
    this.#parts.fencing.raiseAll();
    this.neighbour?.forgetMemory();
  }

  #forgetAll(): void {
    this.#parts.fencing.raiseAll();
    this.neighbour?.forgetAll();
    if (this.#isLinked) void this.#reread();
  }

  /** Reads again what was invalidated; the tier is not read until that has worked. */
  async #reread(): Promise<void> {
    this.#rereads++;
    await this.#untilDone(() => this.#readInvalidations(), 'read invalidations');
    this.#rereads--;
  }

  async #connect(): Promise<void> {
    const attempts = await this.#untilDone(() => this.#attempt(), 'open');
    if (this.#isClosed) return;
    // Who comes while the tier comes back may not read at once what others are about to make up for.
    if (attempts > 1) this.#settle();
    this.#isLinked = true;
  }

  async #attempt(): Promise<void> {
    await this.#soon(this.#parts.tier.open());
    // The fastest answer tells most.
    for (let sample = 0; sample < TIME_SAMPLES; sample++) await this.#askTime();
    if (this.bus === undefined) this.#provenAt = Infinity;
    else await this.#soon(this.bus.open());
    await this.#readInvalidations();
  }

  async #readInvalidations(): Promise<void> {
    this.#takeUp(await this.#soon(this.#parts.tier.invalidations()), this.#parts.validity);
  }

  async #askTime(): Promise<void> {
    const { tier, clock } = this.#parts;
    const sentAt = clock.now();
    this.#timeAskedAt = sentAt;
    const time = await this.#soon(tier.time());
    if (time !== undefined) clock.adjust(time, sentAt);
  }

  #untilDone(attempt: () => Promise<void>, operation: string): Promise<number> {
    const { clock, observer } = this.#parts;
    const failed = (error: unknown): void => observer.failed(operation, error);
    return untilDone(attempt, { clock, failed, isOver: () => this.#isClosed });
  }

  #soon<T>(asked: Promise<T>): Promise<T> {
    return inTime(asked, this.#parts.settings.openTimeoutMs, this.#parts.clock);
  }

  #publishInTime(messages: readonly BusMessage[]): Promise<void> {
    return inTime(this.publish(messages), this.#parts.settings.timeoutMs, this.#parts.clock);
  }

  #look(): void {
    if (this.#isClosed) return;
    const { clock, observer } = this.#parts;
    const now = clock.now();
    if (this.isBlind && this.#wasBlindSince === undefined) {
      this.#wasBlindSince = now;
      observer.unlinked('the bus has not been heard of');
    } else if (!this.isBlind && this.#wasBlindSince !== undefined) {
      observer.linked(now - this.#wasBlindSince);
      this.#wasBlindSince = undefined;
    }
    if (this.#isLinked && now - this.#timeAskedAt > TIME_MS)
      this.#askTime().catch((error: unknown) => observer.failed('read the time', error));
    if (this.isReadable) this.#parts.probe();
    this.#timer = clock.schedule(() => this.#look(), LOOK_MS);
  }
}
