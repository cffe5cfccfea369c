import type { Row, SharedTier, SharedTierFactory } from 'nuthatch/engine';
import { ContractTime } from './contract-time.js';
import type { FakeClock } from './fake-clock.js';
import { inTurn } from './in-turn.js';
import { row } from './sample-rows.js';

/** What a test needs to connect to a tier. */
interface Setting {
  /** One or more, which are taken in turn. */
  readonly factories: SharedTierFactory | readonly SharedTierFactory[];
  readonly clock: FakeClock | undefined;
}

/** The connections that one test opened, and the time that passes for them. */
export class TierHarness {
  readonly time: ContractTime;
  /** What tiers have said of losses, and of what went wrong. */
  readonly complaints: string[] = [];
  readonly #factory: () => SharedTierFactory;
  readonly #open = new Set<SharedTier>();

  private constructor({ factories, clock }: Setting) {
    this.#factory = inTurn(factories);
    this.time = new ContractTime(clock);
  }

  /** Runs a check, and closes what it opened. */
  static async with(setting: Setting, check: (harness: TierHarness) => Promise<void>): Promise<void> {
    const harness = new TierHarness(setting);
    try {
      await check(harness);
    } finally {
      for (const tier of harness.#open) await harness.close(tier);
    }
  }

  /** A tier that has been opened. */
  async tier(namespace = 'birds'): Promise<SharedTier> {
    const tier = this.#factory().create({
      namespace,
      clock: this.time.clock,
      suspect: (lost, reason) => this.complaints.push(`suspects ${lost}: ${reason}`),
      failed: (operation, error) => this.complaints.push(`${operation} failed: ${String(error)}`),
    });
    this.#open.add(tier);
    await tier.open();
    return tier;
  }

  /** Closes a tier before the check is over. */
  async close(tier: SharedTier): Promise<void> {
    this.#open.delete(tier);
    await tier.close();
  }

  /** The time of the tier, as epoch milliseconds. */
  async now(tier: SharedTier): Promise<number> {
    return Math.round((await tier.time()) ?? this.time.clock.wallNow());
  }

  /** The version of a write that was made so many milliseconds ago. */
  async version(tier: SharedTier, agoMs = 0): Promise<number> {
    return ((await this.now(tier)) - agoMs) * 1024;
  }

  /** A row that is written now. */
  async row(tier: SharedTier, key: string, rest: Partial<Row> = {}): Promise<Row> {
    return row(key, { version: await this.version(tier), ...rest });
  }
}
