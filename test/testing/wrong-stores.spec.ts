import {
  type BackingStore,
  type BackingStoreFactory,
  MapStore,
  mapStore,
  type Operation,
  type Row,
} from 'nuthatch/engine';
import { backingStoreClauses } from 'nuthatch/testing';

/** A map with something changed. */
function wrong(change: (store: BackingStore) => Partial<BackingStore>): () => BackingStoreFactory {
  return () => wrapped(mapStore(), change);
}

function wrapped(
  factory: BackingStoreFactory,
  change: (store: BackingStore) => Partial<BackingStore>,
): BackingStoreFactory {
  return {
    create: (context) => {
      const store = factory.create(context);
      const changed = change(store);
      return new Proxy(store, {
        get: (target, name) => {
          if (name in changed) return Reflect.get(changed, name);
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    },
  };
}

/** A store that keeps each row otherwise than it was told. */
function keeping(change: (row: Row) => Row): () => BackingStoreFactory {
  const altered = (operation: Operation): Operation =>
    operation.type === 'set' ? { type: 'set', row: change(operation.row) } : operation;
  return wrong((store) => ({
    apply: (operations, options) => store.apply(operations.map(altered), options),
  }));
}

async function brokenBy(open: () => BackingStoreFactory): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, run } of backingStoreClauses({ open: async () => open() }))
    await run().catch(() => broken.push(name));
  return broken;
}

describe('the contract of backing stores', () => {
  it('is kept by a map, in a wrapping like that of the wrong ones', async () => {
    expect(await brokenBy(wrong(() => ({})))).toEqual([]);
  });

  it.each<[what: string, open: () => BackingStoreFactory, broken: readonly string[]]>([
    [
      'forgets until when a row is fresh',
      keeping((row) => ({ ...row, freshUntil: undefined })),
      ['answers a row with everything that was written'],
    ],
    [
      'makes text of bytes',
      keeping((row) => ({ ...row, value: row.value.toString() })),
      ['keeps text as text and bytes as bytes'],
    ],
    [
      'does not tell upper from lower case',
      keeping((row) => ({ ...row, key: row.key.toLowerCase() })),
      ['tells all keys apart'],
    ],
    [
      'forgets the tags',
      keeping((row) => ({ ...row, tags: [] })),
      ['replaces a row with all that belongs to it', 'answers a row with everything that was written'],
    ],
    [
      'applies operations backwards',
      wrong((store) => ({
        apply: (operations, options) => store.apply(operations.toReversed(), options),
      })),
      ['applies operations in their order'],
    ],
    [
      'refuses the deletion of what is not there',
      wrong((store) => ({
        apply: async (operations, options) => {
          for (const operation of operations)
            if (operation.type === 'delete' && (await store.get(operation.key)) === undefined)
              throw new Error('no such row');
          await store.apply(operations, options);
        },
      })),
      ['takes no operations, and the deletion of what is not there'],
    ],
    [
      'answers a row for a key that it has not',
      wrong((store) => ({
        getMany: async (keys) => [...(await store.getMany(keys)), ...(await store.rows())],
      })),
      ['answers the rows that there are of many keys'],
    ],
    ['clears nothing', wrong(() => ({ clear: async () => undefined })), ['clears its own namespace alone']],
    [
      'lists no row',
      wrong(() => ({ rows: async () => [] })),
      ['lists every row of its namespace and none of another'],
    ],
    [
      'remembers no invalidation',
      wrong((store) => ({ invalidations: async () => (await store.invalidations()).slice(0, 0) })),
      ['answers the invalidations of its namespace in order of version, and none of another'],
    ],
    [
      'replaces rows one by one',
      wrong((store) => ({
        replaceAll: async (pages) => {
          await store.clear();
          for await (const rows of pages) await store.apply(rows.map((row) => ({ type: 'set', row })));
        },
      })),
      ['changes nothing where the rows end in an error, and answers that error'],
    ],
    [
      'has one map for all namespaces',
      () => {
        const rows = new Map<string, Row>();
        return { create: () => new MapStore({}, rows) };
      },
      ['clears its own namespace alone', 'lists every row of its namespace and none of another'],
    ],
    [
      'has other rows in every store that is opened',
      () => ({ create: () => new MapStore() }),
      ['gives its rows to the next store of that namespace'],
    ],
  ])('is broken by a store that %s', async (_what, open, broken) => {
    expect(await brokenBy(open)).toEqual(expect.arrayContaining([...broken]));
  });
});
