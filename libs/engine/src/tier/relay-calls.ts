import type { Clock } from '../kernel/clock.js';
import { noPrimary, noRelay } from './bus-errors.js';
import type { Packet } from './cluster-packet.js';

const ANSWER_WITHIN_MS = 2000;

/** Who asks, and by which clock it waits. */
interface Caller {
  readonly channel: string;
  readonly sender: string;
  readonly clock: Clock;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** What a worker process asks the relay in the primary process. */
export class RelayCalls {
  readonly #caller: Caller;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Resolves when the relay has answered; rejects after 2 seconds, or when there is no way to it. */
  async ask(type: Packet['type'], messages?: unknown): Promise<void> {
    const call = (this.#last += 1);
    const answered = new Promise<void>((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
    const giveUp = (): void => this.#waiting.get(call)?.reject(noRelay(ANSWER_WITHIN_MS));
    const timer = this.#caller.clock.schedule(giveUp, ANSWER_WITHIN_MS);
    this.#send({ type, call, messages }, (error) => this.#waiting.get(call)?.reject(noPrimary(error)));
    try {
      await answered;
    } finally {
      timer.cancel();
      this.#waiting.delete(call);
    }
  }

  /** Says something that is not answered; who is gone need not hear it. */
  tell(type: Packet['type']): void {
    this.#send({ type, call: 0, messages: undefined }, () => undefined);
  }

  answer({ sender, call }: Packet): void {
    if (sender === this.#caller.sender) this.#waiting.get(call)?.resolve();
  }

  isOwn({ sender }: Packet): boolean {
    return sender === this.#caller.sender;
  }

  /** Nothing that was asked is answered any more. */
  fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  #send(what: Pick<Packet, 'type' | 'call' | 'messages'>, onError: (error: Error) => void): void {
    const { channel, sender } = this.#caller;
    const packet: Packet = { nuthatchBus: 1, channel, sender, ...what };
    const isSent = process.connected && process.send !== undefined;
    if (!isSent) return onError(new Error('the channel to it is closed'));
    process.send?.(packet, undefined, undefined, (error) => {
      if (error !== null) onError(error);
    });
  }
}
