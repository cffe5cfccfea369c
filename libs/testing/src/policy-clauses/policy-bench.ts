import assert from 'node:assert/strict';
import {
  MapStore,
  type Operation,
  type Row,
  type WriteBackOptions,
  type WritePolicy,
  type WritePolicyFactory,
} from 'nuthatch/engine';
import { FakeClock } from '../fake-clock.js';
import { FaultyStore } from '../faulty-store.js';

/** A write policy in a test, over a store that fails when it is told to. */
export class PolicyBench {
  readonly clock = new FakeClock();
  /** The rows of the store, by key. */
  readonly rows = new Map<string, Row>();
  readonly store = new FaultyStore(new MapStore({}, this.rows));
  readonly policy: WritePolicy;
  /** How many flushes the observer was told of. */
  flushes = 0;
  failedFlushes = 0;

  private constructor(factory: WritePolicyFactory) {
    this.policy = factory.create({
      name: 'test',
      store: this.store,
      clock: this.clock,
      observer: {
        flushed: () => void this.flushes++,
        flushFailed: () => void this.failedFlushes++,
        retrying: () => undefined,
        deadLettered: () => undefined,
        journalTroubled: () => undefined,
      },
      writeBack: USUAL,
      journal: undefined,
      versionFound: () => undefined,
    });
  }

  /** Runs a check, and closes the policy; it may leave no timer behind. */
  static async with(
    factory: WritePolicyFactory,
    check: (bench: PolicyBench) => Promise<void>,
  ): Promise<void> {
    const bench = new PolicyBench(factory);
    await bench.policy.open?.();
    try {
      await check(bench);
    } finally {
      const closing = bench.policy.close(1000);
      await bench.clock.advanceAsync('1m');
      await closing;
    }
    assert.equal(bench.clock.timers, 0, 'a timer is left after close()');
  }

  /** What a reader finds behind memory. */
  seen(key: string): string | undefined {
    const pending = this.policy.pending(key);
    if (pending === undefined) return this.rows.get(key)?.value.toString();
    return pending.type === 'set' ? pending.row.value.toString() : undefined;
  }

  /** Whether a call was acknowledged. */
  async acknowledges(call: Promise<unknown>): Promise<boolean> {
    return call.then(
      () => true,
      () => false,
    );
  }
}

/** A row whose value is text. */
export function row(key: string, value: string, version = 1): Row {
  return { key, value, expiresAt: undefined, version, tags: [] };
}

export function set(key: string, value: string): Operation {
  return { type: 'set', row: row(key, value) };
}

export function deletion(key: string): Operation {
  return { type: 'delete', key, version: 2 };
}

const USUAL: WriteBackOptions = {
  flushIntervalMs: 1000,
  flushCount: 100,
  flushBytes: 2 ** 20,
  maxPending: 1000,
  maxPendingBytes: 2 ** 24,
  overflow: 'block',
  maxAttempts: 10,
  durability: 'memory',
};
