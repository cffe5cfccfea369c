import type { Bus, BusFactory, BusListener, BusMessage } from 'nuthatch/engine';
import { ContractTime } from './contract-time.js';
import type { FakeClock } from './fake-clock.js';
import { inTurn } from './in-turn.js';

/** What a test needs to join a bus. */
interface Setting {
  /** One or more, which are taken in turn. */
  readonly factories: BusFactory | readonly BusFactory[];
  readonly clock: FakeClock | undefined;
}

/** Proof that everything before a time was received, and what was received by then. */
export interface Proof {
  readonly at: number;
  readonly saidAt: number;
  readonly keys: ReadonlySet<string>;
}

/** One who listens, and what it was told. */
export interface Member {
  readonly bus: Bus;
  readonly received: BusMessage[];
  readonly proofs: Proof[];
  readonly missed: string[];
  readonly failures: string[];
}

/** Those who have joined a bus in one test, and the time that passes for them. */
export class BusHarness {
  readonly time: ContractTime;
  readonly #factory: () => BusFactory;
  readonly #open = new Set<Bus>();

  private constructor({ factories, clock }: Setting) {
    this.#factory = inTurn(factories);
    this.time = new ContractTime(clock);
  }

  /** Runs a check, and closes what it opened. */
  static async with(setting: Setting, check: (harness: BusHarness) => Promise<void>): Promise<void> {
    const harness = new BusHarness(setting);
    try {
      await check(harness);
    } finally {
      for (const bus of harness.#open) await bus.close();
    }
  }

  /** Somebody who has begun to listen. */
  async join(namespace = 'birds'): Promise<Member> {
    const told = { received: [], proofs: [], missed: [], failures: [] };
    const listener = listenerOf(told, this.time);
    const bus = this.#factory().create({ namespace, clock: this.time.clock, listener });
    this.#open.add(bus);
    await bus.open();
    return { bus, ...told };
  }

  /** Closes a bus before the check is over. */
  async leave({ bus }: Member): Promise<void> {
    this.#open.delete(bus);
    await bus.close();
  }

  /** Resolves when somebody has received a message about a key; rejects where it does not come. */
  async arrival(member: Member, key: string): Promise<void> {
    await this.time.until(`a message about ${key.slice(0, 50)} has come`, () =>
      keysIn(member.received).includes(key),
    );
  }
}

/** A message about keys. */
export function about(...keys: readonly string[]): BusMessage {
  return { kind: 'released', keys };
}

/** The keys that messages are about, in their order. */
export function keysIn(messages: readonly BusMessage[]): string[] {
  return messages.flatMap((message) => (message.kind === 'released' ? message.keys : []));
}

function listenerOf(
  { received, proofs, missed, failures }: Omit<Member, 'bus'>,
  { clock }: ContractTime,
): BusListener {
  const known = new Set<string>();
  return {
    received: (messages) => {
      received.push(...messages);
      for (const key of keysIn(messages)) known.add(key);
    },
    proven: (at) => proofs.push({ at, saidAt: clock.now(), keys: new Set(known) }),
    missed: (reason) => missed.push(reason),
    failed: (operation, error) => failures.push(`${operation}: ${String(error)}`),
  };
}
