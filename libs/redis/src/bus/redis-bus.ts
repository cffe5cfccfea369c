import type { Bus, BusContext, BusFactory, BusMessage } from 'nuthatch/engine';
import { BusChannel } from './bus-channel.js';
import type { BusHub } from './bus-hub.js';
import { busClosed } from './errors.js';
import type { Member } from './members.js';
import { type BusOptions, resolveBusOptions } from './options.js';

/**
 * A bus over one Redis Stream for each key prefix: every process reads it over one connection of its own, however many caches it has, and notices
 * when an entry is missing. To be called once per hub.
 * @throws CacheError `bad_option`.
 */
export function redisBus(hub: BusHub, options: BusOptions = {}): BusFactory {
  const channel = new BusChannel(hub, resolveBusOptions(options));
  let made = 0;
  return { name: 'redis', create: (context) => new RedisBus(channel, { id: (made += 1), context }) };
}

class RedisBus implements Bus {
  readonly #channel: BusChannel;
  readonly #member: Member;
  #isOpen = false;

  constructor(channel: BusChannel, { id, context }: { readonly id: number; readonly context: BusContext }) {
    this.#channel = channel;
    this.#member = { id, context };
  }

  async open(): Promise<void> {
    if (this.#isOpen) return;
    await this.#channel.join(this.#member);
    this.#isOpen = true;
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (!this.#isOpen) throw busClosed();
    await this.#channel.publish(this.#member, messages);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#channel.leave(this.#member);
  }
}
