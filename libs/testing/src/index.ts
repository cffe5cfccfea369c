export {
  backingStoreClauses,
  backingStoreContract,
  type BackingStoreContractOptions,
} from './backing-store-contract.js';
export { busClauses, busContract, type BusContractOptions } from './bus-contract.js';
export {
  CacheTestingModule,
  type CacheTestingOptions,
  type CacheTestingRootOptions,
  type TestingDynamicModule,
} from './cache-testing.module.js';
export type { ContractClause, TestRunner } from './contract-clause.js';
export {
  evictionStrategyClauses,
  evictionStrategyContract,
  type EvictionStrategyContractOptions,
} from './eviction-strategy-contract.js';
export { FakeClock, settle } from './fake-clock.js';
export { FaultyBus, type BusMethod } from './faulty-bus.js';
export { FaultyStore, type StoreMethod } from './faulty-store.js';
export { journalClauses, journalContract, type JournalContractOptions } from './journal-contract.js';
export { LoadLog, watchLoads } from './load-log.js';
export { LocalBus } from './local/local-bus.js';
export { LocalTier } from './local/local-tier.js';
export { cacheMatchers, type MatcherResult } from './matchers/cache-matchers.js';
export type { CacheMatchers } from './matchers/matcher-types.js';
export {
  recordStoreClauses,
  recordStoreContract,
  type RecordStoreContractOptions,
} from './record-store-contract.js';
export {
  sharedTierClauses,
  sharedTierContract,
  type SharedTierContractOptions,
} from './shared-tier-contract.js';
export { createTestCache, type TestCache, type TestCacheOptions } from './test-cache.js';
export {
  writePolicyClauses,
  writePolicyContract,
  type WritePolicyContractOptions,
} from './write-policy-contract.js';
