import { describe, expect, it } from '@jest/globals';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';
import { sharedTierClauses } from 'nuthatch/testing';
import { shardedTier } from './sharded-tier.js';

const clock = new FakeClock();

/** Two processes over three servers. */
async function open() {
  const nodes = { a: new LocalTier(clock), b: new LocalTier(clock), c: new LocalTier(clock) };
  return [shardedTier({ nodes }), shardedTier({ nodes })];
}

describe('a sharded tier as a shared tier', () => {
  it.each(sharedTierClauses({ open, clock }).map((clause) => [clause.name, clause] as const))(
    '%s',
    async (_, clause) => {
      await expect(clause.run()).resolves.toBeUndefined();
    },
  );

  it('leaves no timer when it is closed', async () => {
    await settle();
    expect(clock.timers).toBe(0);
  });
});
