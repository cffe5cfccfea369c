import { BroadcastChannel } from 'node:worker_threads';
import { closed } from '../kernel/errors.js';
import type { Bus, BusContext, BusFactory, BusMessage } from './bus.js';
import { unreadableMessage } from './bus-errors.js';
import { sendable } from './bus-message.js';
import { ForeignMessages } from './foreign-messages.js';

/** What {@link broadcastBus} may be told. */
export interface BroadcastBusOptions {
  /** Caches hear each other where this is the same; `'nuthatch'` by default. */
  readonly name?: string | undefined;
}

/**
 * For caches in worker threads of one process, and for several caches of one name in one thread. Costs nothing but a structured clone of each
 * message per thread. Other processes hear nothing: see `clusterBus` for those of `node:cluster`. Keeps no thread alive.
 */
export function broadcastBus({ name = 'nuthatch' }: BroadcastBusOptions = {}): BusFactory {
  return { name: 'broadcast', create: (context) => new BroadcastBus(name, context) };
}

class BroadcastBus implements Bus {
  readonly #name: string;
  readonly #context: BusContext;
  readonly #incoming: ForeignMessages;
  #channel: BroadcastChannel | undefined;

  constructor(name: string, context: BusContext) {
    this.#name = `${name}:${context.namespace}`;
    this.#context = context;
    this.#incoming = new ForeignMessages(context);
  }

  async open(): Promise<void> {
    if (this.#channel === undefined) this.#channel = this.#listen();
    this.#context.listener.proven(Infinity);
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (this.#channel === undefined) throw closed('the bus');
    this.#channel.postMessage(messages.map(sendable));
  }

  async close(): Promise<void> {
    this.#channel?.close();
    this.#channel = undefined;
  }

  #listen(): BroadcastChannel {
    const channel = new BroadcastChannel(this.#name);
    // Node passes a MessageEvent, which the types do not say.
    const dataOf = (event: unknown): unknown => (event as { readonly data: unknown }).data;
    channel.onmessage = (event: unknown) => {
      if (this.#channel === channel) this.#incoming.admit(dataOf(event));
    };
    channel.onmessageerror = () => {
      if (this.#channel === channel) this.#incoming.refuse(unreadableMessage());
    };
    // Last: whoever begins to listen keeps the thread alive.
    channel.unref();
    return channel;
  }
}
