import { describe, expect, it } from '@jest/globals';
import { hasRedisServer } from '../support/redis-servers.js';
import { coherenceTest } from './coherence-test.js';
import type { Plant } from './protocol.js';

const SEED = 20_261_122;

const describeHere = hasRedisServer ? describe : describe.skip;

describeHere('four processes with a cache each over one Redis that fails', () => {
  const run = (seconds: number, plant?: Plant) =>
    coherenceTest({ mode: 'single', seconds, seed: SEED, plant, tell: () => undefined });

  it('show nothing old, are never kept waiting, and agree in the end', async () => {
    const { told, violations, faults, figures, changes } = await run(8);
    expect({ told, violations }).toEqual({ told: [], violations: 0 });
    expect(faults).toBeGreaterThan(0);
    expect(figures.reads).toBeGreaterThan(100);
    expect(changes).toBeGreaterThan(10);
  }, 120_000);

  it('are caught where one does not hear every message', async () => {
    const { figures, diverged } = await run(8, 'drop');
    expect(figures.stale + diverged).toBeGreaterThan(0);
  }, 120_000);
});
