import { settle } from 'nuthatch/testing';
import { JournalDisk } from '../../../../test/support/fake-journal.js';
import { openPolicy, type PolicyOptions, row } from '../../../../test/support/policies.js';

/** A policy with room for two keys. */
function open(overflow: 'block' | 'writeThrough' | 'reject', options: PolicyOptions = {}) {
  return openPolicy({ ...options, writeBack: { maxPending: 2, overflow, ...options.writeBack } });
}

/** Whether promises have been kept. */
function watch(promises: readonly Promise<unknown>[]): () => boolean[] {
  const kept = promises.map(() => false);
  for (const [index, promise] of promises.entries()) void promise.then(() => (kept[index] = true));
  return () => kept;
}

describe('where there is no room, block', () => {
  it('waits through failures of the store until there is room, in order', async () => {
    const { policy, store, clock, rows } = await open('block');
    store.failAlways('apply');
    await policy.onSet(row('owl', 'a'));
    await policy.onSet(row('wren', 'a'));
    const writes = ['jay', 'emu', 'tit'].map((key) => policy.onSet(row(key, 'a')));
    const kept = watch(writes);
    await clock.advanceAsync('10m');
    expect([kept(), policy.pendingCount]).toEqual([[false, false, false], 2]);
    store.heal();
    await clock.advanceAsync('2m');
    await Promise.all(writes);
    await policy.flush();
    expect(rows.size).toBe(5);
  });

  it('waits for room in bytes, too, and lets a batch pass that is larger where nothing is pending', async () => {
    const { policy, store } = await open('block', { writeBack: { maxPending: 100, maxPendingBytes: 100 } });
    await policy.onSet(row('owl', 'x'.repeat(200)));
    const release = store.hold('apply');
    const write = policy.onSet(row('wren', 'a'));
    const kept = watch([write]);
    await settle();
    expect([kept(), policy.pendingCount]).toEqual([[false], 1]);
    release();
    await write;
    expect(policy.pendingBytes).toBe('wrena'.length);
  });

  it('lets nobody overtake who waits', async () => {
    const { policy, store } = await open('block');
    const release = store.hold('apply');
    await policy.onSet(row('owl', 'a'));
    await policy.onSet(row('wren', 'a'));
    const order: string[] = [];
    const batch = policy.onBatch(['jay', 'emu'].map((key) => ({ type: 'set', row: row(key, 'a') })));
    const all = [
      batch.then(() => order.push('two')),
      policy.onSet(row('tit', 'a')).then(() => order.push('one')),
    ];
    await settle();
    release();
    await Promise.all(all);
    expect(order).toEqual(['two', 'one']);
  });

  it('counts what is on its way to the journal', async () => {
    const disk = new JournalDisk();
    const { policy, store } = await open('block', { disk });
    const release = store.hold('apply');
    let most = 0;
    const writes = Array.from({ length: 20 }, async (_, bird) => {
      await policy.onSet(row(`bird ${bird}`, 'a'));
      most = Math.max(most, policy.pendingCount);
    });
    await settle();
    release();
    await Promise.all(writes);
    expect(most).toBe(2);
  });
});

describe('where there is no room, reject', () => {
  it('refuses a new key at once, and lets a pending one be changed', async () => {
    const { policy, store, seen } = await open('reject');
    store.hold('apply');
    await policy.onSet(row('owl', 'a', 1));
    await policy.onSet(row('wren', 'a', 2));
    await expect(policy.onSet(row('jay', 'a', 3))).rejects.toMatchObject({
      code: 'too_many_pending',
      message: expect.stringContaining('2 writes of 9 bytes are pending'),
    });
    await policy.onSet(row('owl', 'b', 4));
    await policy.onDelete('wren', 5);
    expect([seen('owl'), seen('wren'), seen('jay')]).toEqual(['b', undefined, undefined]);
  });

  it('refuses a pending key that would grow beyond the bytes', async () => {
    const { policy } = await open('reject', { writeBack: { maxPendingBytes: 20 } });
    await policy.onSet(row('owl', 'a'));
    await expect(policy.onSet(row('owl', 'x'.repeat(50)))).rejects.toMatchObject({
      code: 'too_many_pending',
    });
  });
});

describe('where there is no room, writeThrough', () => {
  it('brings the change to the store before it is acknowledged', async () => {
    const { policy, store, rows } = await open('writeThrough');
    const release = store.hold('apply');
    await policy.onSet(row('owl', 'a', 1));
    await policy.onSet(row('wren', 'a', 2));
    const write = policy.onSet(row('jay', 'a', 3));
    const kept = watch([write]);
    await settle();
    expect(kept()).toEqual([false]);
    release();
    await write;
    expect(rows.has('jay')).toBe(true);
  });

  it('gives the error of the store to the caller, and keeps what is pending', async () => {
    const { policy, store, seen } = await open('writeThrough');
    store.failAlways('apply', new Error('store down'));
    await policy.onSet(row('owl', 'a', 1));
    await policy.onSet(row('wren', 'a', 2));
    const batch = ['owl', 'jay'].map((key) => ({ type: 'set', row: row(key, 'b', 3) }) as const);
    await expect(policy.onBatch(batch)).rejects.toThrow('store down');
    expect([seen('owl'), seen('jay'), policy.pendingCount]).toEqual(['a', undefined, 2]);
  });

  it('is not overtaken by what was pending of its keys', async () => {
    const { policy, store, rows } = await open('writeThrough');
    const release = store.hold('apply');
    await policy.onSet(row('owl', 'a', 1));
    const flush = policy.flush();
    await settle();
    await policy.onSet(row('owl', 'b', 2));
    await policy.onSet(row('wren', 'a', 3));
    const batch = ['owl', 'jay'].map((key) => ({ type: 'set', row: row(key, 'c', 4) }) as const);
    const write = policy.onBatch(batch);
    await settle();
    release();
    await Promise.all([write, flush]);
    await policy.flush();
    expect([rows.get('owl')?.value, rows.get('jay')?.value, policy.pendingCount]).toEqual(['c', 'c', 0]);
  });

  it('leaves nothing in the journal that could be replayed over it', async () => {
    const disk = new JournalDisk();
    disk.isLazy = true;
    const { policy, rows, store } = await open('writeThrough', { disk });
    store.failNext('apply', 4);
    await policy.onSet(row('owl', 'a', 1));
    await policy.onSet(row('wren', 'a', 2));
    await policy
      .onBatch([
        { type: 'delete', key: 'owl', version: 3 },
        { type: 'delete', key: 'jay', version: 4 },
      ])
      .catch(() => undefined);
    store.heal();
    await policy.onBatch([
      { type: 'delete', key: 'owl', version: 5 },
      { type: 'delete', key: 'jay', version: 6 },
    ]);
    disk.crash();
    const next = await openPolicy({ disk, rows });
    await next.policy.flush();
    expect([...rows.keys()]).toEqual(['wren']);
  });
});

describe('a store that stalls', () => {
  it('holds up 20,000 writers with memory bounded, and gets the last state of every key', async () => {
    const { policy, store, rows, clock } = await openPolicy({
      writeBack: { maxPending: 1000, flushCount: 500 },
    });
    const release = store.hold('apply');
    let most = 0;
    const writes = Array.from({ length: 20_000 }, async (_, turn) => {
      await policy.onSet(row(`bird ${turn}`, 'a', turn));
      most = Math.max(most, policy.pendingCount);
    });
    await clock.advanceAsync('1m');
    expect([most, policy.pendingCount]).toEqual([1000, 1000]);
    release();
    await Promise.all(writes);
    await policy.flush();
    expect([most, rows.size, policy.pendingCount, policy.pendingBytes]).toEqual([1000, 20_000, 0, 0]);
  });
});
