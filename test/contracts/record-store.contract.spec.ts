import { setImmediate as turn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Change, RecordStore, RecordWriteOptions } from 'nuthatch/engine';
import { recordStoreContract, type TestRunner } from 'nuthatch/testing';
import { assertTakes, type Bird, birds, MapRecords, WholeMapRecords } from '../support/map-records.js';
import { idOf, openProducts, productKey } from '../support/product-store.js';
import { VersionedNotes } from '../support/versioned-notes.js';

recordStoreContract<Bird>({ name: 'a map', open: async () => new MapRecords(), ...birds });

recordStoreContract<Bird>({ name: 'a map that does all', open: async () => new WholeMapRecords(), ...birds });

recordStoreContract({
  name: 'a table of products',
  open: async () => openProducts(new Sqlite(':memory:')),
  key: productKey,
  value: (key, revision) => ({ id: idOf(key), name: `revision ${revision}`, price: revision }),
  refused: (key) => ({ id: idOf(key), name: 'too cheap', price: -1 }),
});

recordStoreContract({
  name: 'a table with a version column, and any text as its key',
  open: async () => new VersionedNotes(new Sqlite(':memory:')),
  value: (key, revision) => `${key} ${revision}`,
  refused: () => '',
  keepsVersions: true,
});

/** Runs the contract out of sight; answers the promises that the store breaks. */
async function brokenBy(open: () => RecordStore<Bird>, keepsVersions = false): Promise<string[]> {
  const tests: [promise: string, run: () => Promise<void>][] = [];
  const runner: TestRunner = {
    describe: (_name, declare) => declare(),
    it: (promise, run) => void tests.push([promise, run]),
  };
  recordStoreContract<Bird>({ name: 'wrong', open: async () => open(), ...birds, keepsVersions, runner });
  expect(tests.length).toBeGreaterThanOrEqual(17);
  const broken: string[] = [];
  for (const [promise, run] of tests) await run().catch(() => broken.push(promise));
  return broken;
}

class ChangeByChange extends MapRecords {
  override async write(changes: readonly Change<Bird>[]): Promise<void> {
    for (const change of changes) {
      assertTakes(change);
      this.apply(change);
    }
  }
}

/** `BEGIN` on the one connection that everybody shares: a rollback takes along what others have written meanwhile. */
class OneTransactionForAll extends MapRecords {
  override async write(changes: readonly Change<Bird>[]): Promise<void> {
    const before = new Map(this.records);
    try {
      for (const change of changes) {
        await turn();
        assertTakes(change);
        this.apply(change);
      }
    } catch (error) {
      this.records.clear();
      for (const [key, bird] of before) this.records.set(key, bird);
      throw error;
    }
  }
}

class InsertsOnly extends MapRecords {
  protected override apply(change: Change<Bird>): void {
    if (change.type === 'delete' || !this.records.has(change.key)) super.apply(change);
  }
}

class Merges extends MapRecords {
  protected override apply(change: Change<Bird>): void {
    const old = this.records.get(change.key);
    super.apply(change.type === 'set' ? { ...change, value: { ...old, ...change.value } } : change);
  }
}

class DeletesTooMuch extends MapRecords {
  override async write(changes: readonly Change<Bird>[]): Promise<void> {
    await super.write(changes);
    if (changes.some(({ type }) => type === 'set')) return;
    this.records.clear();
  }
}

class StrictDeletions extends MapRecords {
  protected override apply(change: Change<Bird>): void {
    if (change.type === 'delete' && !this.records.has(change.key)) throw new Error('no such row');
    super.apply(change);
  }
}

class IgnoresCase extends MapRecords {
  override async load(key: string): Promise<Bird | undefined> {
    return super.load(key.toLowerCase());
  }

  protected override apply(change: Change<Bird>): void {
    super.apply({ ...change, key: change.key.toLowerCase() });
  }
}

class SomeParameters extends WholeMapRecords {
  override async loadMany(keys: readonly string[]): Promise<ReadonlyMap<string, Bird>> {
    return super.loadMany(keys.slice(0, 999));
  }
}

class SwallowsRefusals extends MapRecords {
  override async write(changes: readonly Change<Bird>[]): Promise<void> {
    await super.write(changes).catch(() => undefined);
  }
}

class IgnoresReplays extends MapRecords {
  override async write(changes: readonly Change<Bird>[], options?: RecordWriteOptions): Promise<void> {
    if (options?.replay !== true) await super.write(changes);
  }
}

class ListsTwice extends WholeMapRecords {
  override async *scan(): AsyncGenerator<readonly (readonly [string, Bird])[]> {
    yield [...this.records];
    yield [...this.records].slice(-1);
  }
}

class ClearsNothing extends WholeMapRecords {
  override async clear(): Promise<void> {}
}

describe('the contract of record stores', () => {
  const atomic = 'makes no change of a batch of which it refuses one';
  const apart = 'refuses a batch without harm to those of the same time';
  const wrong: readonly [what: string, open: () => RecordStore<Bird>, broken: readonly string[]][] = [
    ['makes one change after the other', () => new ChangeByChange(), [atomic, apart]],
    ['has one transaction for all', () => new OneTransactionForAll(), [apart]],
    [
      'inserts, and never replaces',
      () => new InsertsOnly(),
      [
        'replaces a record as a whole',
        'inserts, replaces and deletes in one batch',
        'answers whole records while others are written',
        'takes from a replay what it has not',
      ],
    ],
    [
      'merges a record with the one before',
      () => new Merges(),
      [
        'replaces a record as a whole',
        'inserts, replaces and deletes in one batch',
        'answers whole records while others are written',
        'takes from a replay what it has not',
      ],
    ],
    ['deletes too much', () => new DeletesTooMuch(), ['deletes a record and no other']],
    [
      'refuses to delete what is not there',
      () => new StrictDeletions(),
      [
        'takes the deletion of what is not there',
        'inserts, replaces and deletes in one batch',
        'can be told twice: a replay of what it has changes nothing',
      ],
    ],
    [
      'does not tell upper case from lower',
      () => new IgnoresCase(),
      ['loads what was written, of each key its own', 'takes batches at the same time'],
    ],
    [
      'has room for 999 parameters',
      () => new SomeParameters(),
      ['takes many changes at once, and loads many records, where it says that it can'],
    ],
    [
      'does not say that it has refused',
      () => new SwallowsRefusals(),
      [atomic, 'goes on after a batch that it has refused', apart],
    ],
    ['ignores replays', () => new IgnoresReplays(), ['takes from a replay what it has not']],
    ['lists a record twice', () => new ListsTwice(), ['lists every record once, if it can']],
    [
      'clears nothing',
      () => new ClearsNothing(),
      ['deletes every record, if it can, and takes others after'],
    ],
  ];

  it.each(wrong)('is broken by a store that %s', async (_what, open, broken) => {
    expect((await brokenBy(open)).toSorted()).toEqual(broken.toSorted());
  });

  it('is broken by a store that says that it keeps versions, and does not', async () => {
    expect(await brokenBy(() => new MapRecords(), true)).toEqual([
      'skips what is older than what it has, when it is replayed',
    ]);
  });

  it('closes the store of every test', async () => {
    const stores: WholeMapRecords[] = [];
    const open = (): WholeMapRecords =>
      stores[stores.push(new WholeMapRecords()) - 1] ?? new WholeMapRecords();
    expect(await brokenBy(open)).toEqual([]);
    for (const { calls } of stores) expect(calls.filter((call) => call === 'close')).toEqual(['close']);
  });
});
