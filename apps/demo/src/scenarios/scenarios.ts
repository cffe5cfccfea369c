import { highVolume } from './high-volume.js';
import { lruEviction } from './lru-eviction.js';
import type { Scenario } from './scenario.js';
import { snapshotRestore } from './snapshot-restore.js';
import { strategySwap } from './strategy-swap.js';
import { ttlLifeCycle } from './ttl-life-cycle.js';
import { writePolicies } from './write-policies.js';

/** The guided scenarios, in order. */
export const scenarios: readonly Scenario<unknown>[] = [
  lruEviction,
  ttlLifeCycle,
  strategySwap,
  writePolicies,
  snapshotRestore,
  highVolume,
];
