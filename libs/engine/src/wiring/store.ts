import { StoreRecorder } from '../events/store-recorder.js';
import type { Invalidation } from '../kernel/invalidation.js';
import { lifeOf } from '../kernel/life.js';
import { nameOf } from '../kernel/register.js';
import { Backing } from '../load/backing.js';
import { GuardedStore } from '../store/guarded-store.js';
import type { Operation, Row } from '../store/backing-store.js';
import type { Buffer } from '../store/guard.js';
import { isRecordRow } from '../store/record-store-row.js';
import { asBackingStore, type StoreFactory } from '../store/resolve-store.js';
import { StoreSide } from '../store-side.js';
import { Overtaken } from '../tier/overtaken.js';
import { TieredStore } from '../tier/tiered-store.js';
import type { TieredStoreParts } from '../tier/tiered-store-parts.js';
import { rowOf } from '../write/operations.js';
import type { WriteContext } from '../write/policy.js';
import type { StoreBehind } from '../write/writer.js';
import type { Core } from './core.js';
import type { Shared } from './tier.js';

/** What is behind the memory of a cache and what writes to it; nothing where it has none. */
export function wireStore<V>(core: Core<V>, shared: Shared | undefined): StoreSide | undefined {
  const { options, clock, recorder, sequence, validity } = core;
  const { store: factory, sharedTier, bus, name, writePolicy, writeBack } = options;
  const buffer: Buffer = {
    isBuffering: () => side.isBuffering,
    holds: (key) => side.policy.pending(key) !== undefined,
  };
  const own = factory && wireOwnStore(core, factory, buffer);
  const overtaken = new Overtaken({
    pending: (key) => side.policy.pending(key),
    vouches: (version) => shared === undefined || own?.role === 'record' || vouches(shared, version),
  });
  const isOvertaken = (operation: Operation): boolean => overtaken.includes(operation);
  const tiered = shared && wireTieredStore(core, shared, { own, isOvertaken });
  const store = tiered ?? own;
  const named = factory ?? sharedTier ?? bus;
  if (store === undefined || named === undefined) return undefined;
  const journal = wireJournal(core);
  const context: WriteContext = {
    name,
    store,
    clock,
    observer: recorder,
    writeBack,
    journal: writeBack.durability === 'memory' ? undefined : journal,
    versionFound: (version) => sequence.pass(version),
  };
  const remembered = (invalidations: readonly Invalidation[]): void => {
    validity.restoreFrom(invalidations);
    for (const { version } of invalidations) sequence.pass(version);
  };
  const storeName = nameOf(named);
  const parts = { storeName, context, journal, remembered, guard: store, tiered, overtaken };
  const side: StoreSide = new StoreSide(parts, writePolicy);
  return side;
}

function wireOwnStore<V>(core: Core<V>, factory: StoreFactory, buffer: Buffer): GuardedStore {
  const { options, clock, recorder, codec, healthRecord } = core;
  const { name, resilience } = options;
  return new GuardedStore(asBackingStore(factory.create({ namespace: name, clock }), codec), {
    name,
    clock,
    observer: new StoreRecorder(recorder, healthRecord),
    resilience,
    buffer,
  });
}

function wireTieredStore<V>(
  core: Core<V>,
  shared: Shared,
  { own, isOvertaken }: Pick<TieredStoreParts, 'own' | 'isOvertaken'>,
): TieredStore {
  const { options, clock, recorder, nextVersion, validity } = core;
  return new TieredStore({
    ...shared,
    shared: shared.store,
    own,
    isOvertaken,
    trusts: (version) => vouches(shared, version),
    whenDown: options.tier.whenDown,
    nextVersion,
    takeUp: (invalidations) => invalidations.forEach((invalidation) => validity.takeUp(invalidation)),
    isLiving: (row) =>
      (row.expiresAt === undefined || row.expiresAt > clock.wallNow()) && validity.isCurrent(row.key, row),
    shareable: (row) => sharedRow(core, row, own?.role === 'record'),
    failed: (operation, error) => recorder.storeFailed(operation, error),
  });
}

/** From which version on what only this process has can be what the others have. Threads of one process, which have no tier, come and go together with their file. */
function ownSince({ leases, link }: Shared): number {
  return leases === undefined ? 0 : link.heardSince;
}

/** What waits for a store that a process has to itself is as old as a row of it may be. */
function vouches(shared: Shared, version: number): boolean {
  return version >= ownSince(shared) && shared.link.vouches(version);
}

/** A row of the user's truth gets the life that the cache gives its values. */
function sharedRow<V>(core: Core<V>, row: Row, isRecord: boolean): Row {
  if (!isRecord) return row;
  const { codec, clock, sequence } = core;
  // What a store of V has is a V.
  const value = (isRecordRow(row) ? row.record : codec.decode(row.value, row.key)) as V;
  const life = lifeOf(core, value, { options: undefined });
  return rowOf({ codec, clock, isCache: true }, row.key, {
    value,
    version: sequence.next(),
    tags: row.tags,
    ...life,
  });
}

function wireJournal<V>({ options, clock }: Core<V>): WriteContext['journal'] {
  const { name: namespace, journal, writeBack } = options;
  if (journal === undefined) return undefined;
  // What is left in a journal that is no longer written to is replayed all the same.
  const durability = writeBack.durability === 'memory' ? 'journal' : writeBack.durability;
  return (observer) => journal.create({ namespace, clock, durability, observer });
}

/** What reads the store of a cache. */
export function wireBacking<V>(core: Core<V>, side: StoreSide): Backing<V> {
  const { tiered } = side;
  return new Backing<V>({
    ...core,
    store: side.store,
    getToLoad: tiered && ((key, reading) => tiered.getToLoad(key, reading)),
    pending: (key) => side.pending(key),
    lifeOf: (value) => lifeOf(core, value, { options: undefined }),
    unreadable: (key, error) => core.recorder.storeFailed(`read ${key}`, error),
  });
}

/** What writers do for other processes; nothing where there are none. */
function sharingOf(side: StoreSide): Pick<StoreBehind<unknown>, 'share' | 'announce'> {
  const { tiered } = side;
  if (tiered === undefined) return {};
  return {
    share: async (row, ticket) => ((await tiered.fill(row, ticket)) === 'fenced' ? 'fenced' : 'kept'),
    announce: async (operations) => (side.isBuffering ? tiered.announce(operations) : undefined),
  };
}

/** The store as writers see it. */
export function wireBehind<V>(
  { codec }: Core<V>,
  side: StoreSide | undefined,
  backing: Backing<V> | undefined,
): StoreBehind<V> | undefined {
  if (side === undefined || backing === undefined) return undefined;
  return {
    codec,
    ...sharingOf(side),
    isCache: backing.isCache,
    isDown: () => side.isDown,
    policy: () => side.policy,
    read: (keys) => backing.entriesOf(keys),
    count: (keys) => backing.count(keys),
  };
}
