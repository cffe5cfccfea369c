import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from 'nuthatch/testing';
import type { BusMessage } from './bus.js';
import { RecentChanges } from './recent-changes.js';
import { TierStore, type TierStoreParts } from './tier-store.js';

const set = (key: string, version: number) =>
  ({
    type: 'set',
    row: { key, value: '1', version, tags: [], expiresAt: undefined, freshUntil: undefined },
  }) as const;
const del = (key: string, version: number) => ({ type: 'delete', key, version }) as const;

/** A tier that answers when it is told to, and says at once that what it was sent comes first, where it `isOrdered`. */
function open({ isOrdered = true, isAheadOfBus = true } = {}) {
  const steps: string[] = [];
  const pending: {
    resolve: (versions: readonly number[]) => void;
    reject: (error: Error) => void;
    sent: () => void;
  }[] = [];
  const take = (what: string, sent: (() => void) | undefined): Promise<readonly number[]> => {
    steps.push(what);
    if (isOrdered) sent?.();
    return new Promise((resolve, reject) => pending.push({ resolve, reject, sent: () => sent?.() }));
  };
  const clock = new FakeClock();
  const told: (readonly (readonly [string, number])[])[] = [];
  const parts = {
    tier: {
      put: (_rows: unknown, sent?: () => void) => take('put', sent),
      delete: (_deletions: unknown, sent?: () => void) => take('delete', sent),
    },
    link: {
      publish: async ([message]: readonly BusMessage[]) => {
        steps.push('publish');
        if (message?.kind === 'changed') told.push(message.keys);
      },
    },
    recent: new RecentChanges(1000),
    clock,
    overtaken: (key: string, version: number) => steps.push(`overtaken ${key} by ${version}`),
    timeoutMs: 250,
    isAheadOfBus,
  };
  // The rest of tier and link is not for changes.
  return { store: new TierStore(parts as unknown as TierStoreParts), steps, told, pending, clock };
}

describe('a change of the tier', () => {
  it('is told while it is under way, where the tier says that nothing can overtake it', async () => {
    const { store, steps, told, pending } = open();
    let isDone = false;
    const done = store.apply([set('owl', 5)]).then(() => (isDone = true));
    await settle();
    expect([steps, isDone]).toEqual([['put', 'publish'], false]);
    pending[0]?.resolve([5]);
    await done;
    expect([steps, told]).toEqual([['put', 'publish'], [[['owl', 5]]]]);
  });

  it('is told again where it was taken under another version', async () => {
    const { store, steps, told, pending } = open();
    const done = store.apply([set('owl', 5)]);
    pending[0]?.resolve([8]);
    await done;
    expect(steps).toEqual(['put', 'publish', 'overtaken owl by 8', 'publish']);
    expect(told).toEqual([[['owl', 5]], [['owl', 8]]]);
  });

  it('is told again where the tier has said so too early', async () => {
    const { store, steps, pending } = open();
    const done = store.apply([del('owl', 5)]);
    pending[0]?.sent();
    pending[0]?.resolve([5]);
    await done;
    expect(steps).toEqual(['delete', 'publish', 'publish']);
  });

  it.each([
    ['the tier does not say so', { isOrdered: false }, [set('owl', 5)]],
    ['the bus is another one', { isAheadOfBus: false }, [set('owl', 5)]],
    ['there are two calls', {}, [set('owl', 5), del('wren', 6)]],
  ])('is told when it was made, where %s', async (_why, how, operations) => {
    const { store, steps, pending } = open(how);
    const done = store.apply(operations);
    await settle();
    expect(steps).not.toContain('publish');
    pending.forEach(({ resolve }, at) => resolve([5 + at]));
    await done;
    expect(steps.at(-1)).toBe('publish');
  });

  it('is told once where it fails, and fails', async () => {
    const { store, steps, pending } = open();
    const done = store.apply([set('owl', 5)]);
    pending[0]?.reject(new Error('full'));
    await expect(done).rejects.toThrow('full');
    expect(steps).toEqual(['put', 'publish']);
  });

  it('is given up where no answer comes, and told all the same', async () => {
    const { store, steps, clock } = open({ isOrdered: false });
    const done = Promise.allSettled([store.apply([set('owl', 5)])]);
    await clock.advanceAsync(250);
    expect(await done).toMatchObject([{ status: 'rejected', reason: { code: 'store_timeout' } }]);
    expect(steps).toEqual(['put', 'publish']);
  });
});
