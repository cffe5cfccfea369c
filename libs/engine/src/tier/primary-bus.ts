import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { closed } from '../kernel/errors.js';
import type { Bus, BusContext, BusMessage } from './bus.js';
import { noCluster } from './bus-errors.js';
import { sendable } from './bus-message.js';
import { isPacket, RELAYED, TO_RELAY } from './cluster-packet.js';
import { ForeignMessages } from './foreign-messages.js';

/** The bus of a cache in the process in which the relay is: it is told before the relay answers who has published. */
export class PrimaryBus implements Bus {
  readonly #id = randomUUID();
  readonly #channel: string;
  readonly #context: BusContext;
  readonly #incoming: ForeignMessages;
  #isOpen = false;

  constructor(channel: string, context: BusContext) {
    this.#channel = channel;
    this.#context = context;
    this.#incoming = new ForeignMessages(context);
  }

  async open(): Promise<void> {
    assertRelay();
    if (!this.#isOpen) cluster.on(RELAYED, this.#receive);
    this.#isOpen = true;
    this.#context.listener.proven(Infinity);
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (!this.#isOpen) throw closed('the bus');
    assertRelay();
    const packet = { nuthatchBus: 1, type: 'messages', channel: this.#channel, sender: this.#id, call: 0 };
    cluster.emit(TO_RELAY, { ...packet, messages: messages.map(sendable) });
  }

  async close(): Promise<void> {
    cluster.off(RELAYED, this.#receive);
    this.#isOpen = false;
  }

  readonly #receive = (found: unknown): void => {
    if (!isPacket(found) || found.channel !== this.#channel || found.sender === this.#id) return;
    this.#incoming.admit(found.messages);
  };
}

function assertRelay(): void {
  if (cluster.listenerCount(TO_RELAY) === 0) throw noCluster();
}
