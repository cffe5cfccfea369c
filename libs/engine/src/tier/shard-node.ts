import type { Clock } from '../kernel/clock.js';
import { nodeFailed } from './sharded-errors.js';
import type { SharedTier } from './shared-tier.js';
import { InTime } from './in-time.js';

/** What a node goes by. */
export interface ShardNodeParts {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly ejectAfter: number;
  readonly retryAfterMs: number;
  /** Called when this process gives the node up, with what was thrown last. */
  readonly gaveUp: (node: ShardNode, error: unknown) => void;
}

/** A tier of a sharded one, and whether this process can work with it. */
export class ShardNode {
  readonly name: string;
  readonly #tier: SharedTier;
  readonly #parts: ShardNodeParts;
  readonly #limit: InTime;
  #failures = 0;
  #isOpen = false;
  #isFailing = false;
  #retryAt = 0;
  #isProbed = false;

  constructor(name: string, tier: SharedTier, parts: ShardNodeParts) {
    this.name = name;
    this.#tier = tier;
    this.#parts = parts;
    this.#limit = new InTime(parts.clock, parts.timeoutMs);
  }

  /** Whether this process has given it up, and no probe has worked since. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  async open(): Promise<void> {
    if (this.#isOpen) return;
    try {
      await this.#inTime((tier) => tier.open());
      this.#isOpen = true;
    } catch (error) {
      this.#giveUp(error);
      throw nodeFailed(this.name, 'open', error);
    }
  }

  /** Makes a call on the tier; one that fails or takes too long counts towards the ejection. @throws CacheError naming the node. */
  async call<T>(operation: string, run: (tier: SharedTier) => Promise<T>): Promise<T> {
    try {
      const answer = await this.#inTime(run);
      this.#failures = 0;
      return answer;
    } catch (error) {
      if (++this.#failures >= this.#parts.ejectAfter) this.#giveUp(error);
      throw nodeFailed(this.name, operation, error);
    }
  }

  scan(): ReturnType<SharedTier['scan']> {
    return this.#tier.scan();
  }

  /** Tries whether a node that was given up works again, where it is time to. Never rejects. */
  async probe(run: (tier: SharedTier) => Promise<unknown>): Promise<void> {
    const { clock, retryAfterMs } = this.#parts;
    if (!this.#isFailing || this.#isProbed || clock.now() < this.#retryAt) return;
    this.#isProbed = true;
    try {
      await this.open();
      await this.#inTime(run);
      this.#isFailing = false;
      this.#failures = 0;
    } catch {
      // What is wrong was told when it was given up.
      this.#retryAt = clock.now() + retryAfterMs;
    } finally {
      this.#isProbed = false;
    }
  }

  close(): Promise<void> {
    this.#limit.end();
    return this.#tier.close();
  }

  #giveUp(error: unknown): void {
    const { clock, retryAfterMs, gaveUp } = this.#parts;
    this.#retryAt = clock.now() + retryAfterMs;
    if (this.#isFailing) return;
    this.#isFailing = true;
    gaveUp(this, error);
  }

  #inTime<T>(run: (tier: SharedTier) => Promise<T>): Promise<T> {
    return this.#limit.of(run(this.#tier));
  }
}
