import type { Bus, BusContext, BusMessage, Timer } from 'nuthatch/engine';

/** How often it is said that nothing was missed. */
const PROOF_MS = 200;

/** What the bus is told by its members. */
interface Hub {
  opened(): void;
  published(messages: readonly BusMessage[]): void;
  closed(): void;
}

/** Messages that are under way to a member. */
interface Parcel {
  readonly messages: readonly BusMessage[];
  /** A time of the member's clock. */
  readonly sentAt: number;
  isHere: boolean;
}

/** One cache on a local bus. */
export class LocalMember implements Bus {
  readonly namespace: string;
  readonly #context: BusContext;
  readonly #hub: Hub;
  #expected: Parcel[] = [];
  #state: 'open' | 'cut' | 'closed' = 'closed';
  #timer: Timer | undefined;

  constructor(context: BusContext, hub: Hub) {
    this.namespace = context.namespace;
    this.#context = context;
    this.#hub = hub;
  }

  async open(): Promise<void> {
    if (this.#state !== 'closed') return;
    this.#state = 'open';
    this.#hub.opened();
    this.#prove();
    this.#tick();
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (this.#state === 'closed') throw new Error(`the bus of ${this.namespace} is not open`);
    this.#hub.published(messages);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#expected = [];
    this.#timer?.cancel();
    this.#hub.closed();
  }

  /** Takes note of messages that are under way; the answer is called when they have come. */
  expect(messages: readonly BusMessage[]): () => void {
    const parcel = { messages, sentAt: this.#context.clock.now(), isHere: false };
    this.#expected.push(parcel);
    return () => {
      parcel.isHere = true;
      this.#receive();
    };
  }

  cut(): void {
    this.#state = 'cut';
  }

  mend(): void {
    this.#state = 'open';
    this.#receive();
  }

  forget(reason: string): void {
    this.#state = 'open';
    this.#expected = [];
    this.#context.listener.missed(reason);
    this.#prove();
  }

  /** Hands on what is here, up to the first that is not. */
  #receive(): void {
    while (this.#state === 'open' && this.#expected[0]?.isHere === true) {
      const [{ messages }] = this.#expected.splice(0, 1) as [Parcel];
      this.#context.listener.received(messages);
    }
    this.#prove();
  }

  #prove(): void {
    if (this.#state !== 'open') return;
    const { clock, listener } = this.#context;
    listener.proven(this.#expected[0]?.sentAt ?? clock.now());
  }

  #tick(): void {
    this.#timer = this.#context.clock.schedule(() => {
      this.#prove();
      this.#tick();
    }, PROOF_MS);
  }
}
