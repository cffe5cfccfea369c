import type { Clearing } from '../clearing.js';
import type { Expiring } from '../expiring.js';
import type { Invalidator } from '../invalidation/invalidator.js';
import { Fences } from '../load/fence.js';
import type { Backing } from '../load/backing.js';
import { Loads, type LoadsParts } from '../load/loads.js';
import type { MemoryTier } from '../memory/memory-tier.js';
import { Participant } from '../transaction/participant.js';
import type { Changeable, Loadable, Readable } from '../transaction/underlying.js';
import type { StoreSide } from '../store-side.js';
import { operationOf } from '../write/operations.js';
import type { Writer } from '../write/writer.js';
import type { Core } from './core.js';
import type { Reading } from './loads.js';

/** What a cache lends to its transactions. */
interface Lent<V> extends Pick<Reading<V>, 'reader' | 'reads'> {
  readonly memory: MemoryTier<V>;
  readonly side: StoreSide | undefined;
  readonly backing: Backing<V> | undefined;
  readonly writer: Writer<V>;
  readonly invalidator: Invalidator;
  readonly clearing: Clearing<V>;
  readonly expiring: Expiring<V>;
  readonly keeper: LoadsParts<V>['keeper'];
  readonly optionsOf: LoadsParts<V>['optionsOf'];
}

/** The part of a cache in transactions. */
export function wireParticipant<V>(core: Core<V>, lent: Lent<V>): Participant<V> {
  const participant = new Participant<V>({
    ...readsOf(core, lent),
    ...loadsOf(core, lent),
    ...changesOf(core, lent),
  });
  // Of all who invalidate, streams of events included.
  lent.invalidator.transaction = () => participant.view;
  return participant;
}

function readsOf<V>(core: Core<V>, { memory, backing, reader, reads, writer }: Lent<V>): Readable<V> {
  const { clock, sequence, fencing, validity, recorder } = core;
  return {
    isRecord: backing?.isCache === false,
    hasTier: backing?.isCache === true,
    clock,
    sequence,
    fencing,
    validity,
    residents: memory,
    // It was found in memory just before.
    hit: (key) => reads.many([key]).values.get(key) as V,
    findMany: (keys, missed) => reader.findMany(keys, missed),
    behind: (keys) => reader.entriesBehind(keys),
    count: (keys) => writer.count(keys),
    missed: (key) => void recorder.miss(key),
  };
}

function loadsOf<V>(core: Core<V>, { reader, keeper, optionsOf }: Lent<V>): Loadable<V> {
  const { isShared } = core.options.isolation.between;
  return {
    ownFencing: () => new Fences(),
    loadsOf: ({ residents, fencing, keepLoaded }) => {
      const own: LoadsParts<V>['keeper'] = {
        prepareLoad: (key, options) => keeper.prepareLoad(key, options),
        keepLoaded,
      };
      return new Loads<V>({
        ...core,
        residents,
        fencing,
        backing: undefined,
        reader,
        keeper: own,
        optionsOf,
        isShared,
        permits: undefined,
      });
    },
  };
}

function changesOf<V>(
  core: Core<V>,
  { side, writer, invalidator, clearing, expiring }: Lent<V>,
): Changeable<V> {
  const { options, recorder, codec, clock } = core;
  const encoding = { codec, clock, isCache: side?.store.role === 'cache' };
  return {
    name: options.name,
    dependentsOf: (keys) => invalidator.dependencies.dependentsOf(keys),
    assertStorable: (change) => void (side !== undefined && operationOf(encoding, change, 0)),
    write: (keys, decide) => writer.applyDecided(keys, decide),
    invalidate: (targets, event) => invalidator.invalidate(targets, event),
    clear: (asked) => clearing.clear(asked),
    clearsAll: (asked) => clearing.reachesAll(asked),
    expire: (key) => expiring.expire(key),
    failed: (keys, error) => recorder.applyFailed(keys, error),
    forgettingFailed: (error) => recorder.invalidationFailed(error),
  };
}
