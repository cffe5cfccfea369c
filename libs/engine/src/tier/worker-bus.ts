import { randomUUID } from 'node:crypto';
import type { Timer } from '../kernel/clock.js';
import { closed } from '../kernel/errors.js';
import type { Bus, BusContext, BusMessage } from './bus.js';
import { noPrimary } from './bus-errors.js';
import { sendable } from './bus-message.js';
import { isPacket } from './cluster-packet.js';
import { ForeignMessages } from './foreign-messages.js';
import { RelayCalls } from './relay-calls.js';

const PING_EVERY_MS = 200;

/**
 * The bus of a cache in a worker process. What the relay answers comes after all that it has passed on before, so each answer proves that nothing
 * of before the question is missing.
 */
export class WorkerBus implements Bus {
  readonly #channel: string;
  readonly #context: BusContext;
  readonly #incoming: ForeignMessages;
  readonly #calls: RelayCalls;
  #isOpen = false;
  #nextPing: Timer | undefined;
  /** Whether the relay may have passed on something that did not come here. */
  #isDoubted = false;

  constructor(channel: string, context: BusContext) {
    this.#channel = channel;
    this.#context = context;
    this.#incoming = new ForeignMessages(context);
    this.#calls = new RelayCalls({ channel, sender: randomUUID(), clock: context.clock });
  }

  async open(): Promise<void> {
    if (this.#isOpen) return;
    process.on('message', this.#receive).on('disconnect', this.#lose);
    this.#isOpen = true;
    try {
      await this.#prove('open');
    } catch (error) {
      this.#stop();
      throw error;
    }
    this.#pingLater();
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (!this.#isOpen) throw closed('the bus');
    await this.#calls.ask('messages', messages.map(sendable));
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#calls.tell('close');
    this.#stop();
  }

  #stop(): void {
    process.off('message', this.#receive).off('disconnect', this.#lose);
    this.#isOpen = false;
    this.#nextPing?.cancel();
    this.#calls.fail(closed('the bus'));
  }

  async #prove(question: 'open' | 'ping'): Promise<void> {
    const { clock, listener } = this.#context;
    const askedAt = clock.now();
    await this.#calls.ask(question);
    if (!this.#isOpen) return;
    if (this.#isDoubted) listener.missed('the relay did not answer for a while');
    this.#isDoubted = false;
    listener.proven(askedAt);
  }

  #pingLater(): void {
    if (!this.#isOpen) return;
    this.#nextPing = this.#context.clock.schedule(() => void this.#ping(), PING_EVERY_MS);
  }

  async #ping(): Promise<void> {
    try {
      await this.#prove(this.#isDoubted ? 'open' : 'ping');
    } catch (error) {
      if (this.#isOpen && !this.#isDoubted) this.#context.listener.failed('ping', error);
      this.#isDoubted = true;
    }
    this.#pingLater();
  }

  readonly #receive = (found: unknown): void => {
    if (!isPacket(found) || found.channel !== this.#channel) return;
    if (found.type === 'answer') this.#calls.answer(found);
    else if (!this.#calls.isOwn(found)) this.#incoming.admit(found.messages);
  };

  readonly #lose = (): void => {
    this.#isDoubted = true;
    this.#calls.fail(noPrimary());
    this.#context.listener.missed('the primary process is gone');
  };
}
