import {
  type Bus,
  type BusContext,
  type BusFactory,
  type BusMessage,
  type Clock,
  type Duration,
  parseDuration,
  systemClock,
} from 'nuthatch/engine';
import { LocalMember } from './local-member.js';

/**
 * A bus between the caches of one process. Messages are copied as JSON, as they would be on their way to another process.
 *
 * ```ts
 * bus.drop(1);   // the next message is lost, and nobody notices
 * bus.cut();     // nobody receives anything, and everybody notices
 * bus.mend();    // all receive what they have missed
 * bus.forget();  // or are told that they never will
 * bus.lag('2s'); // messages take 2 seconds
 * ```
 */
export class LocalBus implements BusFactory {
  readonly #clock: Clock;
  readonly #members = new Set<LocalMember>();
  #dropping = 0;
  #lagMs = 0;
  #isCut = false;

  /** @param clock by which messages lag; that of the machine by default. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  create(context: BusContext): Bus {
    const member: LocalMember = new LocalMember(context, {
      opened: () => this.#opened(member),
      published: (messages) => this.#published(member, messages),
      closed: () => this.#members.delete(member),
    });
    return member;
  }

  /** The next messages that are published are lost; nobody notices. For tests of what such a mistake would do. */
  drop(count: number): void {
    this.#dropping = count;
  }

  /** Messages wait from now on, and nothing is proven, until {@link mend} or {@link forget}. Publishing works. */
  cut(): void {
    this.#isCut = true;
    for (const member of this.#members) member.cut();
  }

  /** Everybody receives what has waited, and messages arrive again, and at once. */
  mend(): void {
    this.#isCut = false;
    this.#lagMs = 0;
    for (const member of this.#members) member.mend();
  }

  /** What has waited is gone: everybody is told that messages were missed, and messages arrive again. */
  forget(reason = 'the local bus was told to forget'): void {
    this.#isCut = false;
    for (const member of this.#members) member.forget(reason);
  }

  /** Messages that are published from now on take so much longer, until {@link mend}. */
  lag(by: Duration): void {
    this.#lagMs = parseDuration('by', by);
  }

  #opened(member: LocalMember): void {
    this.#members.add(member);
    if (this.#isCut) member.cut();
  }

  #published(sender: LocalMember, messages: readonly BusMessage[]): void {
    const kept = messages.slice(this.#dropping);
    this.#dropping = Math.max(this.#dropping - messages.length, 0);
    if (kept.length === 0) return;
    const written = JSON.stringify(kept);
    for (const member of this.#members)
      if (member !== sender && member.namespace === sender.namespace) this.#send(member, written);
  }

  #send(member: LocalMember, written: string): void {
    const arrive = member.expect(JSON.parse(written) as readonly BusMessage[]);
    if (this.#lagMs === 0) queueMicrotask(arrive);
    else this.#clock.schedule(arrive, this.#lagMs);
  }
}
