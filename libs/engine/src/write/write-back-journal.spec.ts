import { settle } from 'nuthatch/testing';
import { held, openStored } from '../../../../test/support/caches.js';
import { JournalDisk } from '../../../../test/support/fake-journal.js';
import { type OpenedPolicy, openPolicy, type PolicyOptions, row } from '../../../../test/support/policies.js';
import type { Row } from '../store/backing-store.js';

/** A process over a disk and a database that outlive it. */
function open({ disk = new JournalDisk(), rows = new Map<string, Row>(), ...options }: PolicyOptions = {}) {
  return {
    disk,
    rows,
    start: (): Promise<OpenedPolicy> => openPolicy({ disk, rows, ...options }),
  };
}

const flushing = (policy: OpenedPolicy['policy']): Promise<unknown> =>
  policy.flush().catch((error: unknown) => error);

describe('write-back with a journal', () => {
  it('acknowledges a change when it is in the journal, not before', async () => {
    const { disk, start } = open();
    const { policy } = await start();
    const gate = held<void>();
    disk.gate = gate.promise;
    let isAcknowledged = false;
    const setting = policy.onSet(row('owl', 'a')).then(() => (isAcknowledged = true));
    await settle();
    expect([isAcknowledged, policy.pending('owl')]).toEqual([false, undefined]);
    gate.resolve();
    await setting;
    expect([disk.keys(), policy.pendingCount]).toEqual([['owl'], 1]);
  });

  it('refuses a change that the journal refuses, and keeps the one before', async () => {
    const { disk, start } = open();
    const { policy, seen } = await start();
    await policy.onSet(row('owl', 'old'));
    disk.refusal = new Error('disk full');
    await expect(policy.onSet(row('owl', 'new', 2))).rejects.toThrow('disk full');
    await expect(policy.onSet(row('wren', 'new', 3))).rejects.toThrow('disk full');
    expect([seen('owl'), seen('wren'), policy.pendingCount]).toEqual(['old', undefined, 1]);
    disk.refusal = undefined;
    await policy.onSet(row('wren', 'b', 4));
    expect(await policy.flush()).toBe(2);
  });

  it('gives back the room of a change that the journal refuses', async () => {
    const { disk, start } = open({ writeBack: { maxPending: 1, overflow: 'reject' } });
    const { policy } = await start();
    disk.refusal = new Error('disk full');
    await expect(policy.onSet(row('owl', 'a'))).rejects.toThrow('disk full');
    disk.refusal = undefined;
    await policy.onSet(row('wren', 'b', 2));
    await expect(policy.onSet(row('jay', 'c', 3))).rejects.toMatchObject({ code: 'too_many_pending' });
  });

  it('does not count as settled while the journal cannot be told what is stored', async () => {
    const { disk, start } = open();
    const { policy, told } = await start();
    await policy.onSet(row('owl', 'a'));
    await policy.flush();
    disk.refusal = new Error('disk full');
    await expect(policy.settled?.()).rejects.toThrow('disk full');
    disk.refusal = undefined;
    await policy.settled?.();
    expect(told).toEqual(['flushed 1']);
  });

  it('keeps a snapshot from being restored while it cannot be told what is stored', async () => {
    const disk = new JournalDisk();
    const { cache, stored } = await openStored({ writePolicy: 'writeBack', writeBack: { journal: disk } });
    const snapshot = await cache.snapshot();
    await cache.set('owl', 'new');
    disk.refusal = new Error('disk full');
    await expect(cache.restore(snapshot)).rejects.toThrow('disk full');
    expect([await cache.get('owl'), stored('owl')]).toEqual(['new', 'new']);
    disk.refusal = undefined;
    await cache.restore(snapshot);
    expect([await cache.get('owl'), stored('owl')]).toEqual([undefined, undefined]);
  });

  it('lets go of what is stored, and of what a later change has made outdated', async () => {
    const { disk, start } = open();
    const { policy } = await start();
    await policy.onSet(row('owl', 'a', 1));
    await policy.onSet(row('owl', 'b', 2));
    await policy.onSet(row('wren', 'c', 3));
    expect([disk.keys(), policy.journal?.depth]).toEqual([['owl', 'wren'], 2]);
    await policy.flush();
    expect(disk.keys()).toEqual([]);
  });

  it('does not let go twice of a change that is overtaken while it is being written', async () => {
    const { disk, start } = open();
    const { policy, store } = await start();
    await policy.onSet(row('owl', 'a', 1));
    const release = store.hold('apply');
    const flush = policy.flush();
    await settle();
    await policy.onSet(row('owl', 'b', 2));
    await policy.onSet(row('owl', 'c', 3));
    expect(disk.keys()).toEqual(['owl']);
    release();
    await flush;
    await policy.flush();
    expect(disk.keys()).toEqual([]);
  });

  it('makes pending again what a process that died has left, also deletions', async () => {
    const { disk, rows, start } = open();
    rows.set('wren', row('wren', 'old', 1));
    const first = await start();
    await first.policy.onSet(row('owl', 'a', 2));
    await first.policy.onSet(row('owl', 'b', 3));
    await first.policy.onDelete('wren', 4);
    disk.crash();
    const second = await start();
    expect([second.seen('owl'), second.seen('wren')]).toEqual(['b', undefined]);
    expect(second.versions).toEqual([4]);
    await second.policy.flush();
    expect([rows.get('owl')?.value.toString(), rows.has('wren'), disk.keys()]).toEqual(['b', false, []]);
  });

  it('stores what was left at once, without being asked', async () => {
    const { disk, rows, start } = open();
    await (await start()).policy.onSet(row('owl', 'a'));
    disk.crash();
    await start();
    await settle();
    expect(rows.has('owl')).toBe(true);
  });

  it('does not replay over what is newer in the store', async () => {
    const { disk, rows, start } = open();
    disk.isLazy = true;
    const first = await start();
    await first.policy.onSet(row('owl', 'a', 1));
    await first.policy.flush();
    disk.crash();
    // Written since by somebody else.
    rows.set('owl', row('owl', 'newer', 2));
    const second = await start();
    await second.policy.flush();
    expect([rows.get('owl')?.value, disk.keys()]).toEqual(['newer', ['owl']]);
    await second.policy.close(1000);
    expect(disk.keys()).toEqual([]);
  });

  it('replays a change of a version that a restart does not overtake, after the last of the key', async () => {
    const { disk, rows, start } = open();
    disk.isLazy = true;
    const first = await start();
    for (const [index, value] of ['a', 'b', 'c'].entries())
      await first.policy.onSet(row('owl', value, index));
    disk.crash();
    expect(disk.keys()).toEqual(['owl', 'owl', 'owl']);
    const second = await start();
    await second.policy.flush();
    await second.policy.close(1000);
    expect([rows.get('owl')?.value, disk.keys()]).toEqual(['c', []]);
  });

  it('is refused where the journal cannot be opened', async () => {
    const { disk, start } = open();
    disk.damage = new Error('damaged in the middle');
    await expect(start()).rejects.toThrow('damaged in the middle');
  });

  it('takes up what is adopted later, but not over what is newer', async () => {
    const { disk, start } = open();
    const { policy, store, seen, versions } = await start();
    store.failAlways('apply');
    await policy.onSet(row('owl', 'mine', 5));
    await policy.onSet(row('wren', 'mine', 5));
    const adopted = [row('owl', 'theirs', 4), row('wren', 'theirs', 6), row('jay', 'theirs', 7)];
    const records = adopted.map((each) => {
      const operation = { type: 'set', row: each } as const;
      const sequence = disk.next();
      disk.records.set(sequence, { operation, death: undefined });
      return { sequence, operation };
    });
    disk.observer?.adopted(records);
    expect(['owl', 'wren', 'jay'].map(seen)).toEqual(['mine', 'theirs', 'theirs']);
    expect([policy.pendingCount, disk.keys(), versions]).toEqual([3, ['owl', 'wren', 'jay'], [7]]);
    store.heal();
    await policy.flush();
    expect(disk.keys()).toEqual([]);
  });

  it('keeps for the next start what cannot be stored before the deadline of closing', async () => {
    const { disk, start } = open();
    const { policy, store, clock } = await start();
    await policy.onSet(row('owl', 'a'));
    const release = store.hold('apply');
    const closing = policy.close(1000);
    await clock.advanceAsync('1s');
    expect(await closing).toMatchObject({ flushed: 0, left: 1, error: expect.any(Error) });
    expect([disk.keys(), disk.owner]).toEqual([['owl'], undefined]);
    release();
    await settle();
    expect((await start()).seen('owl')).toBe('a');
  });

  it('lets go of what is discarded only when the change has succeeded', async () => {
    const { disk, start } = open();
    const { policy } = await start();
    await policy.onSet(row('owl', 'a'));
    await expect(policy.discard(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(disk.keys()).toEqual(['owl']);
    await policy.discard(async () => undefined);
    expect([disk.keys(), policy.pendingCount]).toEqual([[], 0]);
  });

  it('keeps dead letters over a restart, and tries them again when it is asked to', async () => {
    const { disk, rows, start } = open({ writeBack: { maxAttempts: 2 } });
    const first = await start();
    await first.policy.onSet(row('owl', 'a'));
    first.store.failAlways('apply', new Error('no such column'));
    await flushing(first.policy);
    await flushing(first.policy);
    expect(first.told).toContain('dead owl after 2');
    expect([disk.keys(), first.policy.pendingCount]).toEqual([['(owl)'], 0]);
    disk.crash();
    const { policy, seen } = await start();
    expect(policy.deadLetters?.list()).toEqual([
      {
        operation: { type: 'set', row: row('owl', 'a') },
        death: {
          error: 'no such column',
          attempts: 2,
          firstFailedAt: expect.any(Number),
          lastFailedAt: expect.any(Number),
        },
      },
    ]);
    expect(seen('owl')).toBeUndefined();
    expect(await policy.deadLetters?.retry()).toBe(1);
    await policy.flush();
    expect([rows.has('owl'), disk.keys(), policy.deadLetters?.list()]).toEqual([true, [], []]);
  });

  it('does not give up a change whose burial the journal refuses', async () => {
    const { disk, start } = open({ writeBack: { maxAttempts: 1 } });
    const { policy, store, told, rows } = await start();
    await policy.onSet(row('owl', 'a'));
    store.failAlways('apply');
    disk.refusal = new Error('disk full');
    await flushing(policy);
    expect([policy.pendingCount, disk.keys()]).toEqual([1, ['owl']]);
    expect(told).toContain('journal: Error: disk full');
    store.heal();
    await policy.flush();
    expect([rows.has('owl'), disk.keys()]).toEqual([true, []]);
  });
});
