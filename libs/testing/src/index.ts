export {
  backingStoreContract,
  type BackingStoreContractOptions,
  type TestRunner,
} from './backing-store-contract.js';
export { FakeClock, settle } from './fake-clock.js';
export { FaultyStore, type StoreMethod } from './faulty-store.js';
