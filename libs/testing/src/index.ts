export {
  backingStoreContract,
  type BackingStoreContractOptions,
  type TestRunner,
} from './backing-store-contract.js';
export { FakeClock, settle } from './fake-clock.js';
export { FaultyStore, type StoreMethod } from './faulty-store.js';
export { journalContract, type JournalContractOptions } from './journal-contract.js';
export { recordStoreContract, type RecordStoreContractOptions } from './record-store-contract.js';
