import { settle } from 'nuthatch/testing';
import { forgetInside, inside } from '../interleavings/probe.js';
import { held, openCache, openStored } from '../support/caches.js';

const CALLERS = 1000;

describe('a stampede', () => {
  it.each(['memory alone', 'a store'])('of 10,000 callers is one load, over %s', async (kind) => {
    const { cache } = await (kind === 'a store' ? openStored<number>() : openCache<number>());
    const gate = held<number>();
    let loads = 0;
    const load = (): Promise<number> => {
      loads++;
      return gate.promise;
    };
    const answers = Array.from({ length: 10_000 }, () => cache.getOrLoad('owl', load));
    await settle();
    gate.resolve(1);
    expect([new Set(await Promise.all(answers)), loads]).toEqual([new Set([1]), 1]);
  });
});

describe('a loader that fails', () => {
  const ways: Readonly<Record<string, (reason: unknown) => Promise<number>>> = {
    rejects: async (reason) => {
      await settle();
      throw reason;
    },
    'throws at once': (reason) => {
      throw reason;
    },
  };
  const reasons = [new Error('no network'), undefined, null, 0, '', false];
  const cases = Object.keys(ways).flatMap((way) => reasons.map((reason) => [way, reason] as const));

  // bentocache 1 runs it once for every waiter, one after the other; cacheable 2 answers undefined in the place of the error.
  it.each(cases)('is asked once for 1,000 callers, who all get its reason: %s %p', async (way, reason) => {
    const { cache } = await openCache<number>();
    let loads = 0;
    const load = (): Promise<number> => {
      loads++;
      return (ways[way] as (reason: unknown) => Promise<number>)(reason);
    };
    const outcomes = await Promise.allSettled(
      Array.from({ length: CALLERS }, () => cache.getOrLoad('owl', load)),
    );
    const refused = outcomes.map(
      (outcome) => outcome.status === 'rejected' && Object.is(outcome.reason, reason),
    );
    expect([loads, refused.every(Boolean)]).toEqual([1, true]);
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
  });

  // bentocache 1: 20 waiters, 20 runs in series.
  it('is asked once for 20 waiters that come while it is failing', async () => {
    const { cache } = await openCache<number>();
    const gate = held<number>();
    let loads = 0;
    const load = (): Promise<number> => {
      loads++;
      return gate.promise;
    };
    const answers: Promise<unknown>[] = [];
    for (let waiter = 0; waiter < 20; waiter++) {
      answers.push(cache.getOrLoad('owl', load).catch((error: unknown) => error));
      await settle();
    }
    const reason = new Error('no network');
    gate.reject(reason);
    expect([new Set(await Promise.all(answers)), loads]).toEqual([new Set([reason]), 1]);
  });

  it('leaves nothing in flight', async () => {
    forgetInside();
    const { cache } = await openStored<number>();
    const fail = (): Promise<number> => Promise.reject(new Error('no network'));
    await Promise.allSettled(
      Array.from({ length: CALLERS }, (_, index) => cache.getOrLoad(`${index % 9}`, fail)),
    );
    await settle();
    expect(inside()).toEqual({ fences: 0, flights: 0 });
  });
});

// All four peers that were measured hold later callers for ever.
describe('a loader that never settles', () => {
  it('lets its callers go at the deadline, and the next one load', async () => {
    const { cache, clock } = await openCache<number>({ hardTimeout: '5s' });
    let waiting = CALLERS;
    const never = new Promise<number>(() => undefined);
    const answers = Array.from({ length: CALLERS }, () =>
      cache.getOrLoad('owl', () => never).catch((error: unknown) => (waiting--, error)),
    );
    await clock.advanceAsync(4999);
    expect(waiting).toBe(CALLERS);
    await clock.advanceAsync(1);
    expect(waiting).toBe(0);
    for (const error of await Promise.all(answers)) expect(error).toMatchObject({ code: 'load_timeout' });
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
  });

  it.each(['at once', 'later'])(
    'since it waits for its own key, asked for %s, is told so by the deadline',
    async (when) => {
      const { cache, clock } = await openCache<number>({ hardTimeout: '5s' });
      const load = async (): Promise<number> => {
        if (when === 'later') await settle();
        return cache.getOrLoad('owl', load);
      };
      const answer = cache.getOrLoad('owl', load).catch((error: unknown) => error);
      await settle();
      await clock.advanceAsync('5s');
      expect(await answer).toMatchObject({
        name: 'CacheError',
        message: expect.stringContaining('its own key'),
      });
    },
  );
});
