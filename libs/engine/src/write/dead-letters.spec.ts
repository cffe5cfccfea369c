import { settle } from 'nuthatch/testing';
import { openStored, recordEvents } from '../../../../test/support/caches.js';
import { type OpenedPolicy, openPolicy, type PolicyOptions, row } from '../../../../test/support/policies.js';
import type { Operation } from '../store/backing-store.js';
import { keyOf } from './pending-change.js';

/** A policy over a store that refuses every call with one of these keys in it. */
async function open(poison: readonly string[], options: PolicyOptions = {}) {
  const opened = await openPolicy(options);
  const refused = new Set(poison);
  const calls: string[][] = [];
  const { store } = opened;
  const apply = store.apply.bind(store);
  store.apply = (operations: readonly Operation[], how?): Promise<void> => {
    const keys = operations.map(keyOf);
    calls.push(keys);
    return keys.some((key) => refused.has(key))
      ? Promise.reject(new Error('constraint failed'))
      : apply(operations, how);
  };
  return { ...opened, refused, calls };
}

function birds(count: number): string[] {
  return Array.from({ length: count }, (_, bird) => `bird ${bird}`);
}

async function setAll({ policy }: OpenedPolicy, keys: readonly string[]): Promise<void> {
  for (const [version, key] of keys.entries()) await policy.onSet(row(key, 'a', version));
}

/** Lets passes under way come to their end. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await settle();
}

describe('a change that the store refuses', () => {
  it('keeps none of 999 others from being stored, and becomes a dead letter alone', async () => {
    const opened = await open(['bird 517'], { writeBack: { flushCount: 500 } });
    const { clock, policy, rows, calls, told } = opened;
    await setAll(opened, birds(1000));
    await rest();
    expect([rows.size, policy.pendingCount]).toEqual([999, 1]);
    expect(calls.length).toBeLessThan(2 + 3 + 2 * 10);
    for (let minute = 0; minute < 10; minute++) {
      await clock.advanceAsync('1m');
      await rest();
    }
    expect(policy.deadLetters?.list().map(({ operation }) => keyOf(operation))).toEqual(['bird 517']);
    expect([policy.pendingCount, told.at(-1)]).toEqual([0, 'dead bird 517 after 10']);
    expect(clock.timers).toBe(0);
  });

  it('is found where there are many of them', async () => {
    const poison = birds(100).filter((_, index) => index % 3 === 1);
    const opened = await open(poison, { writeBack: { maxAttempts: 1 } });
    await setAll(opened, birds(100));
    await expect(opened.policy.flush()).resolves.toBe(67);
    expect(opened.policy.deadLetters?.list()).toHaveLength(33);
  });

  it('is not asked for again with every flush of others', async () => {
    const opened = await open(['owl']);
    const { policy, calls, clock } = opened;
    await setAll(opened, ['owl', 'wren']);
    await clock.advanceAsync('1s');
    calls.length = 0;
    for (let turn = 0; turn < 100; turn++) {
      await policy.onSet(row('jay', String(turn), 100 + turn));
      await clock.advanceAsync('1s');
      await rest();
    }
    const asked = calls.filter((keys) => keys.includes('owl'));
    expect(asked.length).toBeLessThanOrEqual(9);
    expect(asked.every((keys) => keys.length === 1)).toBe(true);
  });

  it('does not make what comes later wait for its own next attempt', async () => {
    const opened = await open(['owl']);
    const { clock, policy, rows } = opened;
    await setAll(opened, ['owl', 'wren']);
    for (let attempt = 0; attempt < 5; attempt++) {
      await policy.flush().catch(() => undefined);
      await rest();
    }
    await policy.onSet(row('jay', 'a', 3));
    await clock.advanceAsync('1s');
    await rest();
    expect([rows.has('jay'), policy.pending('owl')?.type]).toEqual([true, 'set']);
  });

  it('is left behind by flush, which says so until it has been given up', async () => {
    const opened = await open(['owl'], { writeBack: { maxAttempts: 3 } });
    await setAll(opened, ['owl', 'wren']);
    await expect(opened.policy.flush()).rejects.toThrow('constraint failed');
    expect(opened.rows.has('wren')).toBe(true);
    await expect(opened.policy.flush()).rejects.toThrow('constraint failed');
    expect(await opened.policy.flush()).toBe(0);
    expect(opened.policy.deadLetters?.list()).toHaveLength(1);
  });

  it('is written in its next state at once, and its dead letter goes when that is stored', async () => {
    const opened = await open(['owl'], { writeBack: { maxAttempts: 1 } });
    const { policy, refused, rows } = opened;
    await setAll(opened, ['owl']);
    await policy.flush();
    refused.clear();
    await policy.onSet(row('owl', 'b', 9));
    expect(policy.deadLetters?.list()).toHaveLength(1);
    expect(await policy.deadLetters?.retry(['owl'])).toBe(0);
    await policy.flush();
    expect([rows.get('owl')?.value, policy.deadLetters?.list()]).toEqual(['b', []]);
  });

  it('is forgotten when it is discarded, and only that', async () => {
    const opened = await open(['owl', 'wren'], { writeBack: { maxAttempts: 1 } });
    const { policy } = opened;
    await setAll(opened, ['owl', 'wren', 'jay']);
    await policy.flush();
    expect(await policy.deadLetters?.discard(['owl', 'emu'])).toBe(1);
    expect(policy.deadLetters?.list().map(({ operation }) => keyOf(operation))).toEqual(['wren']);
    expect(await policy.deadLetters?.discard()).toBe(1);
  });

  it('stays pending where there are as many dead letters as may be pending', async () => {
    const opened = await open(['owl', 'wren'], { writeBack: { maxAttempts: 1, maxPending: 1 } });
    const { policy } = opened;
    await setAll(opened, ['owl']);
    await policy.flush();
    await policy.onSet(row('wren', 'a', 2));
    await expect(policy.flush()).rejects.toThrow('constraint failed');
    expect([policy.pendingCount, policy.deadLetters?.list().length]).toEqual([1, 1]);
  });

  it('is reported by closing as left', async () => {
    const opened = await open(['owl'], { writeBack: { maxAttempts: 1 } });
    await setAll(opened, ['owl', 'wren']);
    expect(await opened.policy.close(1000)).toMatchObject({
      flushed: 1,
      left: 1,
      error: { code: 'dead_letters_left' },
    });
  });
});

describe('an outage', () => {
  it('makes no dead letters, however long it is, and ends with everything stored', async () => {
    const opened = await open([], { writeBack: { maxAttempts: 2 } });
    const { clock, policy, store, rows } = opened;
    store.failAlways('apply');
    await setAll(opened, birds(300));
    await clock.advanceAsync('1d');
    expect([policy.pendingCount, policy.deadLetters?.list()]).toEqual([300, []]);
    store.heal();
    await clock.advanceAsync('1m');
    await rest();
    expect([policy.pendingCount, rows.size]).toEqual([0, 300]);
  });
});

describe('dead letters of a cache', () => {
  it('are told by event, counter and health, and no longer read', async () => {
    const { cache, store } = await openStored<string>({
      writePolicy: 'writeBack',
      writeBack: { maxAttempts: 1 },
    });
    await cache.set('owl', 'old');
    await cache.flush();
    const events = recordEvents(cache);
    await cache.set('owl', 'new');
    store.failNext('apply', 1, new Error('constraint failed'));
    await cache.flush();
    expect(events).toContainEqual({
      type: 'dead_lettered',
      key: 'owl',
      attempts: 1,
      error: expect.objectContaining({ code: 'store_failed' }),
      cache: 'default',
    });
    expect([await cache.get('owl'), cache.metrics().dead_letters]).toEqual(['old', 1]);
    expect(cache.health()).toMatchObject({ status: 'degraded' });
    expect(cache.deadLetters.list()).toEqual([
      {
        key: 'owl',
        operation: 'set',
        value: 'new',
        error: expect.stringContaining('constraint failed'),
        attempts: 1,
        firstFailedAt: expect.any(Number),
        lastFailedAt: expect.any(Number),
      },
    ]);
    expect(await cache.deadLetters.retry()).toBe(1);
    expect(await cache.get('owl')).toBe('new');
    await cache.flush();
    expect([cache.deadLetters.list(), cache.health().status]).toEqual([[], 'up']);
  });

  it('keep the policy from being swapped until somebody has decided about them', async () => {
    const { cache, store } = await openStored({ writePolicy: 'writeBack', writeBack: { maxAttempts: 1 } });
    await cache.set('owl', 1);
    store.failNext('apply');
    await cache.flush();
    await expect(cache.swapWritePolicy('writeThrough')).rejects.toMatchObject({ code: 'dead_letters_left' });
    expect(cache.info().writePolicy).toBe('writeBack');
    expect(await cache.deadLetters.discard()).toBe(1);
    await cache.swapWritePolicy('writeThrough');
    expect(cache.deadLetters.list()).toEqual([]);
  });

  it('are gone after a clear', async () => {
    const { cache, store } = await openStored({ writePolicy: 'writeBack', writeBack: { maxAttempts: 1 } });
    await cache.set('owl', 1);
    store.failNext('apply');
    await cache.flush();
    await cache.clear();
    expect([cache.deadLetters.list(), cache.health().status]).toEqual([[], 'up']);
  });
});
