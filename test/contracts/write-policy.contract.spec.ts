import { type Operation, type WritePolicy, writePolicies, type WritePolicyName } from 'nuthatch/engine';
import { type FakeClock, settle } from 'nuthatch/testing';
import { makePolicy, row } from '../support/policies.js';

function set(key: string, value: string): Operation {
  return { type: 'set', row: row(key, value) };
}

const names = Object.keys(writePolicies) as WritePolicyName[];

describe.each(names)('the write policy %s', (name) => {
  const opened: { policy: WritePolicy; clock: FakeClock }[] = [];
  const openOne = (): ReturnType<typeof makePolicy> => {
    const one = makePolicy({ name });
    opened.push(one);
    return one;
  };

  afterEach(async () => {
    for (const { policy, clock } of opened.splice(0)) {
      const closing = policy.close(1000);
      await clock.advanceAsync('1m');
      await closing;
      expect(clock.timers).toBe(0);
    }
  });

  it('is configured by the name that it shows', () => {
    expect(writePolicies[name].name).toBe(name);
  });

  it('makes every acknowledged change readable at once', async () => {
    const { policy, seen } = openOne();
    await policy.onSet(row('owl', 'a'));
    expect(seen('owl')).toBe('a');
    await policy.onSet(row('owl', 'b'));
    expect(seen('owl')).toBe('b');
    await policy.onDelete('owl', 2);
    expect(seen('owl')).toBeUndefined();
  });

  it('applies a batch in order', async () => {
    const { policy, seen } = openOne();
    await policy.onBatch([
      set('owl', 'a'),
      { type: 'delete', key: 'owl', version: 2 },
      set('owl', 'b'),
      set('wren', 'c'),
    ]);
    await policy.onBatch([{ type: 'delete', key: 'wren', version: 2 }]);
    expect([seen('owl'), seen('wren')]).toEqual(['b', undefined]);
  });

  it('has stored everything after a flush, as it was acknowledged last', async () => {
    const { policy, rows } = openOne();
    for (let round = 0; round < 50; round++) {
      await policy.onSet(row(`bird ${round % 7}`, String(round)));
      if (round % 5 === 0) await policy.onDelete(`bird ${(round + 3) % 7}`, round);
    }
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 50; round++) {
      acknowledged.set(`bird ${round % 7}`, String(round));
      if (round % 5 === 0) acknowledged.delete(`bird ${(round + 3) % 7}`);
    }
    await policy.flush();
    expect(new Map(Array.from(rows, ([key, { value }]) => [key, value]))).toEqual(acknowledged);
    expect([policy.pendingCount, policy.pendingBytes]).toEqual([0, 0]);
  });

  it('stores a row with all that belongs to it', async () => {
    const { policy, rows } = openOne();
    const owl = { ...row('owl', 'a', 7), expiresAt: 1_800_000_000_000, tags: ['night'] };
    await policy.onSet(owl);
    await policy.flush();
    expect(rows.get('owl')).toEqual(owl);
  });

  it('never says that a write is done which it then loses: it throws, or keeps it until it is stored', async () => {
    const { policy, store, rows } = openOne();
    store.failNext('apply');
    const isAcknowledged = await policy.onSet(row('owl', 'a')).then(
      () => true,
      () => false,
    );
    await policy.flush().catch(() => undefined);
    expect(rows.has('owl') || policy.pending('owl') !== undefined || !isAcknowledged).toBe(true);
    await policy.flush();
    expect(rows.has('owl')).toBe(isAcknowledged);
  });

  it('applies all of a batch that the store refuses once, or nothing of it', async () => {
    const { policy, store, seen } = openOne();
    await policy.onSet(row('owl', 'old'));
    await policy.flush();
    store.failNext('apply');
    const isAcknowledged = await policy.onBatch([set('owl', 'new'), set('wren', 'new')]).then(
      () => true,
      () => false,
    );
    const expected = isAcknowledged ? ['new', 'new'] : ['old', undefined];
    expect([seen('owl'), seen('wren')]).toEqual(expected);
    await policy.flush().catch(() => undefined);
    expect([seen('owl'), seen('wren')]).toEqual(expected);
  });

  it('counts what is pending, and is empty after discard', async () => {
    const { policy, seen } = openOne();
    await policy.onSet(row('owl', 'a'));
    const isPending = policy.pending('owl') !== undefined;
    expect([policy.pendingCount, policy.pendingBytes > 0]).toEqual(isPending ? [1, true] : [0, false]);
    const events: string[] = [];
    await policy.discard(async () => void events.push('changed'));
    expect(events).toEqual(['changed']);
    expect([policy.pendingCount, policy.pendingBytes, policy.pending('owl')]).toEqual([0, 0, undefined]);
    expect(seen('owl')).toBe(isPending ? undefined : 'a');
  });

  it('keeps what is pending where the change of a discard fails', async () => {
    const { policy, clock, seen, rows } = openOne();
    await policy.onSet(row('owl', 'a'));
    await expect(policy.discard(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(seen('owl')).toBe('a');
    await clock.advanceAsync('1s');
    expect(rows.has('owl')).toBe(true);
  });

  it('writes nothing while the change of a discard runs, and nothing of before afterwards', async () => {
    const { policy, clock, store, rows } = openOne();
    await policy.onSet(row('owl', 'a'));
    const before = store.calls('apply');
    await policy.discard(async () => {
      await clock.advanceAsync('1m');
      rows.clear();
    });
    await clock.advanceAsync('1m');
    expect([store.calls('apply'), rows.size, policy.pendingCount]).toEqual([before, 0, 0]);
  });

  it('closes with a report of what was and was not stored, and never throws', async () => {
    const { policy, store } = openOne();
    await policy.onSet(row('owl', 'a'));
    const pending = policy.pendingCount;
    store.failAlways('apply');
    const { flushed, left, error } = await policy.close(1000);
    expect([flushed, left, error === undefined]).toEqual([0, pending, pending === 0]);
  });

  it('lets nothing fire once it is closed', async () => {
    const { policy, clock, store } = openOne();
    await policy.onSet(row('owl', 'a'));
    await policy.close(1000);
    const calls = store.calls('apply');
    await clock.advanceAsync('1h');
    await settle();
    expect([store.calls('apply'), clock.timers]).toEqual([calls, 0]);
  });

  it('tells the observer of every flush, and of nothing else', async () => {
    const { policy, store, told } = openOne();
    await policy.onSet(row('owl', 'a'));
    const pending = policy.pendingCount;
    store.failNext('apply', pending);
    await policy.flush().catch(() => undefined);
    await policy.flush();
    await policy.flush();
    expect(told).toEqual(pending === 0 ? [] : ['failed 1', 'flushed 1']);
  });
});
