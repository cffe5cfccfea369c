import { StoreRecorder } from '../events/store-recorder.js';
import type { Invalidation } from '../kernel/invalidation.js';
import { lifeOf } from '../kernel/life.js';
import { nameOf } from '../kernel/register.js';
import { Backing } from '../load/backing.js';
import { GuardedStore } from '../store/guarded-store.js';
import { asBackingStore } from '../store/resolve-store.js';
import { StoreSide } from '../store-side.js';
import type { WriteContext } from '../write/policy.js';
import type { StoreBehind } from '../write/writer.js';
import type { Core } from './core.js';

/** The store of a cache and what writes to it; nothing where it has none. */
export function wireStore<V>(core: Core<V>): StoreSide | undefined {
  const { options, clock, recorder, sequence, validity } = core;
  const { store: factory, name, codec, writePolicy, writeBack } = options;
  if (factory === undefined) return undefined;
  const behind = asBackingStore(factory.create({ namespace: name, clock }), codec);
  const store = new GuardedStore(behind, {
    name,
    clock,
    observer: new StoreRecorder(recorder, core.healthRecord),
    resilience: options.resilience,
    buffer: {
      isBuffering: () => side.policy.deadLetters !== undefined,
      holds: (key) => side.policy.pending(key) !== undefined,
    },
  });
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
  const parts = { storeName: nameOf(factory), context, journal, remembered, guard: store };
  const side: StoreSide = new StoreSide(parts, writePolicy);
  return side;
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
  return new Backing<V>({
    ...core,
    store: side.store,
    pending: (key) => side.policy.pending(key),
    lifeOf: (value) => lifeOf(core, value, { options: undefined }),
    unreadable: (key, error) => core.recorder.storeFailed(`read ${key}`, error),
  });
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
    isCache: backing.isCache,
    isDown: () => side.isDown,
    policy: () => side.policy,
    read: (keys) => backing.entriesOf(keys),
    count: (keys) => backing.count(keys),
  };
}
