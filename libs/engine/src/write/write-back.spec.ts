import { settle } from 'nuthatch/testing';
import { openStored, recordEvents, type StoredOptions } from '../../../../test/support/caches.js';
import { openPolicy } from '../../../../test/support/policies.js';

function open(options: StoredOptions<unknown> = {}) {
  return openStored<unknown>({ writePolicy: 'writeBack', ...options });
}

/** Names of keys, as many as asked for. */
function birds(count: number): string[] {
  return Array.from({ length: count }, (_, bird) => `bird ${bird}`);
}

describe('write-back', () => {
  it('acknowledges a write before the store has it, and answers it meanwhile', async () => {
    const { cache, rows } = await open();
    await cache.set('owl', 1);
    expect([rows.size, await cache.get('owl'), cache.metrics().dirty_writes_pending]).toEqual([0, 1, 1]);
  });

  it('flushes what has waited for the interval, in one batch', async () => {
    const { cache, clock, applied, stored } = await open({ writeBack: { flushInterval: '5s' } });
    await cache.set('owl', 1);
    await clock.advanceAsync('4s');
    await cache.set('wren', 2);
    expect(applied).toEqual([]);
    await clock.advanceAsync('1s');
    expect(applied.map((batch) => batch.length)).toEqual([2]);
    expect([stored('owl'), stored('wren'), cache.metrics().dirty_writes_pending]).toEqual([1, 2, 0]);
  });

  it('flushes at once when so many keys wait', async () => {
    const { cache, rows } = await open({ writeBack: { flushCount: 3 } });
    for (const bird of birds(3)) await cache.set(bird, 1);
    await settle();
    expect(rows.size).toBe(3);
  });

  it('flushes at once when so many bytes wait', async () => {
    const { cache, rows } = await open({ writeBack: { flushBytes: '1kb' } });
    await cache.set('owl', 'x'.repeat(500));
    await settle();
    expect(rows.size).toBe(0);
    await cache.set('wren', 'x'.repeat(600));
    await settle();
    expect(rows.size).toBe(2);
  });

  it('writes batches of at most the count', async () => {
    const { cache, store, applied } = await open({ writeBack: { flushCount: 4 } });
    const release = store.hold('apply');
    for (const bird of birds(10)) await cache.set(bird, 1);
    release();
    await cache.flush();
    expect(applied.map((batch) => batch.length)).toEqual([4, 4, 2]);
  });

  it('writes batches of at most 1,000, however many are flushed', async () => {
    const { cache, applied } = await open({ writeBack: { flushCount: 5000, maxPending: 5000 } });
    await cache.setMany(birds(2500).map((bird) => [bird, 1]));
    await cache.flush();
    expect(applied.map((batch) => batch.length)).toEqual([1000, 1000, 500]);
  });

  it('stores the last of 1,000 values of one key, in at most two writes', async () => {
    const { cache, clock, applied, stored } = await open();
    for (let value = 1; value <= 1000; value++) await cache.set('owl', value);
    await clock.advanceAsync('2s');
    expect(stored('owl')).toBe(1000);
    expect(applied.flat().length).toBeLessThanOrEqual(2);
  });

  it('answers from flush how many changes were stored', async () => {
    const { cache } = await open();
    await cache.set('owl', 1);
    await cache.set('owl', 2);
    await cache.delete('wren');
    expect([await cache.flush(), await cache.flush()]).toEqual([2, 0]);
  });

  it('stores values as they were when they were acknowledged', async () => {
    const { cache, stored } = await open();
    const owl = { wings: 2 };
    await cache.set('owl', owl);
    owl.wings = 3;
    await cache.flush();
    expect(stored('owl')).toEqual({ wings: 2 });
  });

  it('leaves no row where a key was set, deleted, set and deleted', async () => {
    const { cache, rows } = await open();
    await cache.set('owl', 1);
    await cache.flush();
    await cache.delete('owl');
    await cache.set('owl', 2);
    await cache.delete('owl');
    await cache.flush();
    expect(rows.size).toBe(0);
  });

  it('leaves the last value where a key was deleted, set, deleted and set', async () => {
    const { cache, stored } = await open();
    await cache.delete('owl');
    await cache.set('owl', 1);
    await cache.delete('owl');
    await cache.set('owl', 2);
    await cache.flush();
    expect(stored('owl')).toBe(2);
  });

  it('hides the row of a key whose deletion is pending', async () => {
    const { cache, rows } = await open();
    await cache.set('owl', 1);
    await cache.flush();
    await cache.delete('owl');
    expect([rows.has('owl'), await cache.get('owl'), await cache.has('owl')]).toEqual([
      true,
      undefined,
      false,
    ]);
    expect(await cache.getMany(['owl'])).toEqual(new Map());
  });

  it('hides the old row behind a pending write that has expired', async () => {
    const { cache, clock, stored } = await open({ writeBack: { flushInterval: '1h' } });
    await cache.set('owl', 'old');
    await cache.flush();
    await cache.set('owl', 'new', { ttl: '1m' });
    clock.advance('2m');
    expect(stored('owl')).toBe('old');
    expect([await cache.get('owl'), await cache.has('owl')]).toEqual([undefined, false]);
  });

  it('reads 10,000 pending writes of which memory holds 100, while the store fails', async () => {
    const { cache, store, stored } = await open({
      maxItems: 100,
      writeBack: { flushCount: 500, maxPending: 20_000 },
    });
    store.failAlways('apply');
    const keys = birds(10_000);
    for (const [value, key] of keys.entries()) await cache.set(key, value);
    const wrong = [];
    for (const [value, key] of keys.entries()) if ((await cache.get(key)) !== value) wrong.push(key);
    expect(wrong).toEqual([]);
    store.heal();
    await cache.flush();
    expect(keys.filter((key, value) => stored(key) !== value)).toEqual([]);
  });

  it('says of an entry whether it is dirty', async () => {
    const { cache } = await open();
    const dirty: boolean[] = [];
    cache.addHook({ onHit: (_key, _value, entry) => dirty.push(entry.dirty) });
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.flush();
    await cache.get('owl');
    expect(dirty).toEqual([true, false]);
  });
});

describe('a flush that fails', () => {
  it('keeps its writes, and says so', async () => {
    const { cache, store } = await open();
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    store.failNext('apply', 1, new Error('disk full'));
    await expect(cache.flush()).rejects.toMatchObject({ code: 'store_failed' });
    expect(cache.metrics()).toMatchObject({ dirty_writes_pending: 1, flush_errors: 1, flushed_writes: 0 });
    expect(events).toContainEqual({
      type: 'flush_error',
      cache: 'default',
      writes: 1,
      error: expect.objectContaining({ code: 'store_failed', cause: new Error('disk full') }),
    });
  });

  it('is tried again after pauses that double, less up to a half', async () => {
    const { cache, clock, store, stored } = await open({ writeBack: { flushInterval: '1s' } });
    store.failAlways('apply');
    await cache.set('owl', 1);
    const tries: number[] = [];
    while (tries.length < 6) {
      const before = store.calls('apply');
      await clock.advanceAsync(50);
      await settle();
      if (store.calls('apply') > before) tries.push(clock.now());
    }
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    for (const [index, pauseMs] of pauses.entries()) {
      expect(pauseMs).toBeGreaterThanOrEqual(500 * 2 ** index);
      expect(pauseMs).toBeLessThanOrEqual(1000 * 2 ** index + 50);
    }
    store.heal();
    await clock.advanceAsync('1m');
    expect(stored('owl')).toBe(1);
  });

  it('does not pause for longer than a minute, and asks little of a store that is down', async () => {
    const { cache, clock, store } = await open({ writeBack: { flushInterval: '1s' } });
    store.failAlways('apply');
    for (const bird of birds(1000)) await cache.set(bird, 1);
    await clock.advanceAsync('1h');
    const before = store.calls('apply');
    await clock.advanceAsync('10m');
    const calls = store.calls('apply') - before;
    expect(calls).toBeGreaterThanOrEqual(10);
    expect(calls).toBeLessThanOrEqual(4 * 20 + 4);
    expect(cache.metrics()).toMatchObject({ dirty_writes_pending: 1000, dead_letters: 0 });
  });

  it('does not make every further write try again at once', async () => {
    const { cache, store } = await open({ writeBack: { flushCount: 2 } });
    store.failAlways('apply');
    for (const bird of birds(100)) await cache.set(bird, 1);
    await settle();
    expect(store.calls('apply')).toBeLessThanOrEqual(4);
  });

  it('does not overtake a newer write of its keys', async () => {
    const { cache, store, stored } = await open();
    await cache.set('owl', 'old');
    store.failNext('apply');
    const release = store.hold('apply');
    const flushing = cache.flush();
    await settle();
    await cache.set('owl', 'new');
    release();
    await expect(flushing).rejects.toThrow();
    await cache.flush();
    expect(stored('owl')).toBe('new');
  });

  it('inverts nothing when the first attempt is slow or fails, in 500 rounds of set, set or delete', async () => {
    const { cache, clock, store, stored } = await open({ writeBack: { flushCount: 1 } });
    const wrong: string[] = [];
    for (let round = 0; round < 500; round++) {
      const key = `bird ${round % 7}`;
      if (round % 3 === 0) store.failNext('apply');
      const release = store.hold('apply');
      await cache.set(key, `first ${round}`);
      await settle();
      await (round % 2 === 0 ? cache.set(key, `second ${round}`) : cache.delete(key));
      release();
      await settle();
      await clock.advanceAsync('1m');
      const expected = round % 2 === 0 ? `second ${round}` : undefined;
      if (stored(key) !== expected) wrong.push(`${key} in round ${round}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a write beside a flush', () => {
  it('is not lost when it is of a key that is being written', async () => {
    const { cache, store, stored } = await open();
    await cache.set('owl', 'old');
    const release = store.hold('apply');
    const flushing = cache.flush();
    await settle();
    await cache.set('owl', 'new');
    expect(await cache.get('owl')).toBe('new');
    release();
    await flushing;
    await cache.flush();
    expect([stored('owl'), cache.metrics().dirty_writes_pending]).toEqual(['new', 0]);
  });

  it('is stored by the next flush, at whatever moment of the last one it comes', async () => {
    for (let moment = 0; moment < 20; moment++) {
      const { cache, stored } = await open();
      await cache.set('owl', 1);
      const flushing = cache.flush();
      for (let turn = 0; turn < moment; turn++) await undefined;
      const setting = cache.set('wren', moment);
      await cache.flush();
      expect(stored('wren')).toBe(moment);
      await Promise.all([setting, flushing]);
      await cache.close();
    }
  });

  it('is readable while it is being written and gone from memory', async () => {
    const { cache, store } = await open({ maxItems: 1 });
    await cache.set('owl', 1);
    const release = store.hold('apply');
    const flushing = cache.flush();
    await settle();
    await cache.set('wren', 2);
    expect(await cache.get('owl')).toBe(1);
    release();
    await flushing;
  });
});

describe('the bound of pending writes', () => {
  it('makes writes wait until a flush has made room', async () => {
    const { cache, store, rows } = await open({ writeBack: { maxPending: 2 } });
    const release = store.hold('apply');
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    let isSet = false;
    const setting = cache.set('jay', 3).then(() => (isSet = true));
    await settle();
    expect([isSet, rows.size]).toEqual([false, 0]);
    release();
    await setting;
    expect(rows.size).toBe(2);
  });

  it('holds when 100 writers wait for the same flush', async () => {
    const { cache, store } = await open({ writeBack: { maxPending: 10 } });
    let most = 0;
    const watch = (): void => void (most = Math.max(most, cache.metrics().dirty_writes_pending));
    cache.addHook({ onSet: watch });
    const release = store.hold('apply');
    const writers = birds(100).map((bird) => cache.set(bird, 1));
    await settle();
    release();
    await Promise.all(writers);
    expect(most).toBe(10);
  });

  it('lets a batch pass that is larger than itself', async () => {
    const { cache, rows } = await open({ writeBack: { maxPending: 2 } });
    await cache.setMany(birds(5).map((bird) => [bird, 1]));
    await cache.flush();
    expect(rows.size).toBe(5);
  });
});

describe('the bound of pending keys', () => {
  it('counts a key that is changed again once, also when the store is down', async () => {
    const { cache, store, stored } = await open({ writeBack: { maxPending: 2 } });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    store.failAlways('apply');
    await cache.set('owl', 3);
    await cache.delete('wren');
    expect([await cache.get('owl'), cache.metrics().dirty_writes_pending]).toEqual([3, 2]);
    store.heal();
    await cache.flush();
    expect([stored('owl'), stored('wren')]).toEqual([3, undefined]);
  });

  it('lets a key that is being written be changed', async () => {
    const { cache, store, stored } = await open({ writeBack: { maxPending: 1 } });
    await cache.set('owl', 'old');
    const release = store.hold('apply');
    const flushing = cache.flush();
    await settle();
    await cache.set('owl', 'new');
    release();
    await flushing;
    await cache.flush();
    expect(stored('owl')).toBe('new');
  });

  it('counts each new key of a batch, and no other', async () => {
    const { cache, store } = await open({ writeBack: { maxPending: 3, overflow: 'reject' } });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    store.failAlways('apply');
    await cache.setMany(Object.entries({ owl: 3, wren: 4, jay: 5 }));
    await expect(cache.setMany(Object.entries({ owl: 6, emu: 7 }))).rejects.toMatchObject({
      code: 'too_many_pending',
    });
  });
});

describe('the bytes of pending writes', () => {
  it('include those of the batch that is being written', async () => {
    const { policy, store } = await openPolicy();
    const release = store.hold('apply');
    await policy.onDelete('owl', 1);
    const flushing = policy.flush();
    await settle();
    await policy.onDelete('wren', 2);
    expect([policy.pendingCount, policy.pendingBytes]).toEqual([2, 'owlwren'.length]);
    release();
    await flushing;
    expect([policy.pendingCount, policy.pendingBytes]).toEqual([1, 'wren'.length]);
    await policy.close(0);
  });
});

describe('closing with pending writes', () => {
  it('stores them, and says how many', async () => {
    const { cache, rows } = await open();
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    expect(await cache.close()).toEqual({ flushed: 2, left: 0 });
    expect(rows.size).toBe(2);
  });

  it('says what is left and why, where the store refuses after a first batch', async () => {
    const { cache, store } = await open({ writeBack: { flushCount: 2 } });
    store.failAlways('apply');
    for (const bird of birds(5)) await cache.set(bird, 1);
    await settle();
    store.heal();
    const release = store.hold('apply');
    const closing = cache.close();
    await settle();
    release();
    store.failAlways('apply');
    expect(await closing).toEqual({
      flushed: 2,
      left: 3,
      error: expect.objectContaining({ code: 'store_failed' }),
    });
  });

  it('gives up at the deadline where the store hangs, and says what is left', async () => {
    const { cache, clock, store } = await open();
    await cache.set('owl', 1);
    const release = store.hold('apply');
    const closing = cache.close(3000);
    await clock.advanceAsync('2s');
    await clock.advanceAsync('1s');
    expect(await closing).toEqual({
      flushed: 0,
      left: 1,
      error: new Error('the store did not take everything before the deadline'),
    });
    release();
    await settle();
  });

  it('refuses a write that still waits for room, instead of losing it', async () => {
    const { cache, clock, store, rows } = await open({ writeBack: { maxPending: 1 } });
    await cache.set('owl', 1);
    const release = store.hold('apply');
    const writes = [cache.set('wren', 2), cache.set('wren', 3), cache.delete('wren')];
    const refusals = Promise.all(writes.map((write) => write.catch((error: unknown) => error)));
    const closing = cache.close(3000);
    await clock.advanceAsync('3s');
    await closing;
    release();
    const refusal = expect.objectContaining({ code: 'closed', message: 'the write policy is closed' });
    expect(await refusals).toEqual([refusal, refusal, refusal]);
    expect([...rows.keys()]).toEqual(['owl']);
  });
});
