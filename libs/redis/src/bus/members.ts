import { type BusContext, type BusMessage, systemClock } from 'nuthatch/engine';
import type { News } from './message-codec.js';

const REPORTED_EVERY_MS = 1000;

/** A cache that listens. */
export interface Member {
  /** Its number in this process. */
  readonly id: number;
  readonly context: BusContext;
}

/** What the clock of each member said. */
export type Times = ReadonlyMap<Member, number>;

/** The caches of this process that listen. One that throws does not keep the others from listening. */
export class Members {
  readonly #members = new Set<Member>();
  /** What was received and not yet handed over. */
  readonly #inboxes = new Map<Member, BusMessage[]>();
  readonly #reportedAt = new Map<string, number>();

  get size(): number {
    return this.#members.size;
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  delete(member: Member): void {
    this.#members.delete(member);
    this.#inboxes.delete(member);
  }

  /** Keeps the messages for those whom they are for. @param isOwn whether they come from this process. */
  sort({ parts }: News, isOwn: boolean): void {
    for (const { namespace, sender, messages } of parts)
      for (const member of this.#members)
        if (member.context.namespace === namespace && !(isOwn && member.id === sender))
          this.#inboxOf(member).push(...messages);
  }

  /** Hands over what was kept. */
  deliver(): void {
    const inboxes = [...this.#inboxes];
    this.#inboxes.clear();
    for (const [member, messages] of inboxes) {
      const isTaken = this.#tell(member, () => member.context.listener.received(messages));
      if (!isTaken)
        this.#tell(member, () => member.context.listener.missed('what was received was not taken in'));
    }
  }

  times(): Times {
    return new Map(Array.from(this.#members, (member) => [member, member.context.clock.now()]));
  }

  prove(times: Times): void {
    for (const [member, at] of times) this.#tell(member, () => member.context.listener.proven(at));
  }

  missed(reason: string): void {
    for (const member of this.#members) this.#tell(member, () => member.context.listener.missed(reason));
  }

  /** Reports at most once a second what goes wrong with one operation. */
  failed(operation: string, error: unknown): void {
    const now = systemClock.now();
    if (now - (this.#reportedAt.get(operation) ?? -Infinity) < REPORTED_EVERY_MS) return;
    this.#reportedAt.set(operation, now);
    for (const member of this.#members) member.context.listener.failed(operation, error);
  }

  #inboxOf(member: Member): BusMessage[] {
    const inbox = this.#inboxes.get(member) ?? [];
    this.#inboxes.set(member, inbox);
    return inbox;
  }

  /** Answers whether it went well. Somebody who has left meanwhile is told nothing. */
  #tell(member: Member, what: () => void): boolean {
    if (!this.#members.has(member)) return true;
    try {
      what();
      return true;
    } catch (error) {
      member.context.listener.failed('receive', error);
      return false;
    }
  }
}
