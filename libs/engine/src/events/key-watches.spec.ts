import { Subject, take } from 'rxjs';
import { type Cache, type CacheEvent, CacheTransaction } from '../index.js';
import { KeyWatches } from './key-watches.js';
import { FakeClock, settle } from 'nuthatch/testing';
import { held, openCache, openStored } from '../../../../test/support/caches.js';

/** What a watch of the key tells from now on. */
function watch<V>(cache: Cache<V>, key = 'owl') {
  const told: (V | undefined | 'the end')[] = [];
  const subscription = cache.watch$(key).subscribe({
    next: (value) => told.push(value),
    complete: () => told.push('the end'),
  });
  return { told, stop: () => subscription.unsubscribe() };
}

describe('watch$ in memory', () => {
  it('tells the value of now, and nothing where there is none', async () => {
    const { cache } = await openCache<number>();
    await cache.set('owl', 1);
    expect([watch(cache).told, watch(cache, 'tit').told]).toEqual([[1], [undefined]]);
  });

  it('tells what is set, loaded and deleted, of this key alone', async () => {
    const { cache } = await openCache<number>();
    const { told } = watch(cache);
    await cache.set('owl', 1);
    await cache.set('tit', 9);
    await cache.setMany([['owl', 2], ['emu', 9]]); // prettier-ignore
    await cache.delete('owl');
    await cache.getOrLoad('owl', () => 3);
    expect(told).toEqual([undefined, 1, 2, undefined, 3]);
  });

  it('tells nothing new of a value that is equal, and an object that was changed in place', async () => {
    const { cache } = await openCache<{ eggs: number }>();
    const nest = { eggs: 1 };
    await cache.set('owl', nest);
    let times = 0;
    cache.watch$('owl').subscribe(() => times++);
    await cache.set('owl', { eggs: 1 });
    expect(times).toBe(1);
    const again = { eggs: 2 };
    await cache.set('owl', again);
    again.eggs = 3;
    await cache.set('owl', again);
    expect(times).toBe(3);
  });

  it.each<[string, (cache: Cache<number>) => unknown]>([
    ['a tag', (cache) => cache.invalidateTags('birds')],
    ['a pattern', (cache) => cache.invalidateMatching('o*')],
    ['a rule', (cache) => cache.publish('moved', { who: 'owl' })],
    ['a dependency', (cache) => cache.set('forest', 9)],
    ['expire', (cache) => cache.expire('owl')],
    ['a clearing', (cache) => cache.clear()],
    ['an undo', (cache) => cache.undo()],
  ])('tells that the value is gone by %s, once', async (_what, evict) => {
    const { cache } = await openCache<number>({ grace: '1h', ttl: '10m' });
    cache.invalidateOn('moved', ['{who}']);
    cache.addDependency('forest', 'owl');
    const command = { name: 'set', keys: ['owl'] };
    await cache.run({ ...command, edit: (draft) => draft.set('owl', 1, { tags: ['birds'] }) });
    const { told } = watch(cache);
    await cache.invalidateTags('fish');
    await evict(cache);
    expect(told).toEqual([1, undefined]);
  });

  it('tells when the life of the value is over, also where it is kept as stale', async () => {
    const { cache, clock } = await openCache<number>();
    await cache.set('owl', 1, { ttl: '1m' });
    await cache.set('tit', 1, { ttl: '1m', grace: '1h' });
    const watches = [watch(cache), watch(cache, 'tit')];
    clock.advance('59s');
    expect(watches.map(({ told }) => told)).toEqual([[1], [1]]);
    clock.advance('2s');
    expect(watches.map(({ told }) => told)).toEqual([[1, undefined], [1, undefined]]); // prettier-ignore
  });

  it('goes with uses that put the end off', async () => {
    const { cache, clock } = await openCache<number>();
    await cache.set('owl', 1, { tti: '1m' });
    const { told } = watch(cache);
    clock.advance('40s');
    await cache.get('owl');
    clock.advance('40s');
    expect(told).toEqual([1]);
    clock.advance('40s');
    expect(told).toEqual([1, undefined]);
  });

  it('tells what was evicted, since nobody has it any more', async () => {
    const { cache } = await openCache<number>({ maxItems: 1, eviction: 'lru' });
    await cache.set('owl', 1);
    const { told } = watch(cache);
    await cache.set('tit', 9);
    expect(told).toEqual([1, undefined]);
  });

  it('tells what a restored snapshot has', async () => {
    const { cache } = await openCache<number>();
    await cache.set('owl', 1);
    const snapshot = await cache.snapshot();
    await cache.set('owl', 2);
    const { told } = watch(cache);
    await cache.restore(snapshot);
    expect(told).toEqual([2, 1]);
  });

  it('hands out copies where values are cloned', async () => {
    const { cache } = await openCache<{ eggs: number }>({ isolate: 'clone' });
    await cache.set('owl', { eggs: 1 });
    cache.watch$('owl').subscribe((nest) => nest && (nest.eggs = 9));
    expect(await cache.get('owl')).toEqual({ eggs: 1 });
  });

  it('counts as no use, no hit and no miss', async () => {
    const { cache } = await openCache<number>();
    await cache.set('owl', 1);
    watch(cache);
    watch(cache, 'tit');
    expect([cache.metrics().hits, cache.metrics().misses]).toEqual([0, 0]);
  });
});

describe('watch$ with a store', () => {
  it('tells what is stored or pending, and nothing where it is merely evicted from memory', async () => {
    const { cache } = await openStored<number>({ maxItems: 1, eviction: 'lru' });
    await cache.set('owl', 1);
    await cache.set('tit', 9);
    const { told } = watch(cache);
    await settle();
    await cache.set('owl', 2);
    await cache.set('tit', 9);
    await settle();
    expect(told).toEqual([1, 2]);
  });

  it('tells what a policy leaves to the store', async () => {
    const { cache } = await openStored<number>({ writePolicy: 'writeAround' });
    const { told } = watch(cache);
    await settle();
    await cache.set('owl', 1);
    await settle();
    await cache.invalidateMatching('*');
    await settle();
    expect(told).toEqual([undefined, 1, undefined]);
  });

  it('reads the user data again when memory forgets it', async () => {
    const { cache } = await openStored<number>({ role: 'record' });
    await cache.set('owl', 1);
    const { told } = watch(cache);
    await cache.invalidateMatching('*');
    await settle();
    await cache.set('owl', 2);
    expect(told).toEqual([1, 2]);
  });

  it('never tells what is older than what it has told', async () => {
    const { cache, store } = await openStored<number>({ maxItems: 1, eviction: 'lru' });
    await cache.set('owl', 1);
    await cache.set('tit', 9);
    const release = store.hold('getMany');
    const { told } = watch(cache);
    await cache.set('owl', 2);
    await cache.set('tit', 9);
    release();
    await settle();
    expect(told).toEqual([2]);
  });

  it('reads again where something has happened since the reading began', async () => {
    const events$ = new Subject<CacheEvent>();
    const entry = (value: number) => ({ value, version: value, tags: [], expiresAt: Infinity });
    const [first, second] = [held<ReturnType<typeof entry>>(), held<ReturnType<typeof entry>>()];
    const answers = [first.promise, second.promise];
    const entries = {
      clock: new FakeClock(),
      resident: () => undefined,
      behind: async () => answers.shift(),
      isCurrent: () => true,
      handOut: (value: number) => value,
    };
    const told: (number | undefined)[] = [];
    const watches = new KeyWatches<number>({ events$, entries, failed: () => undefined });
    watches.watch$('owl').subscribe((value) => told.push(value));
    events$.next({ type: 'entry_set', cache: 'default', key: 'owl', source: 'caller' });
    first.resolve(entry(1));
    await settle();
    second.resolve(entry(2));
    await settle();
    expect(told).toEqual([2]);
  });

  it('keeps to what it has told where the store fails, which is reported', async () => {
    const { cache, store } = await openStored<number>({ writePolicy: 'writeAround' });
    await cache.set('owl', 1);
    const { told } = watch(cache);
    await settle();
    store.failNext('getMany');
    await cache.set('owl', 2);
    await settle();
    expect([told, cache.metrics().store_failures]).toEqual([[1], 1]);
    await cache.set('owl', 3);
    await settle();
    expect(told).toEqual([1, 3]);
  });
});

describe('a watch', () => {
  it('ends when the cache is closed, with nothing told of that but the end; one that comes later ends at once', async () => {
    const { cache } = await openCache<number>();
    await cache.set('owl', 1);
    const { told } = watch(cache);
    await cache.close();
    expect([told, watch(cache).told, watch(cache).told]).toEqual([[1, 'the end'], ['the end'], ['the end']]);
  });

  it('leaves no timer behind', async () => {
    const { cache, clock } = await openCache<number>();
    await cache.set('owl', 1, { ttl: '1h' });
    const before = clock.timers;
    const { stop } = watch(cache);
    expect(clock.timers).toBe(before + 1);
    stop();
    expect(clock.timers).toBe(before);
  });

  it('listens to the cache only as long as somebody watches', () => {
    const events$ = new Subject<CacheEvent>();
    const entries = {
      clock: new FakeClock(),
      resident: () => undefined,
      behind: undefined,
      isCurrent: () => true,
      handOut: (value: number) => value,
    };
    const watches = new KeyWatches<number>({ events$, entries, failed: () => undefined });
    const keys = ['owl', 'owl', 'tit'];
    const subscriptions = keys.map((key) => watches.watch$(key).subscribe());
    expect([events$.observed, watches.size]).toEqual([true, 2]);
    for (const subscription of subscriptions.slice(1)) subscription.unsubscribe();
    expect([events$.observed, watches.size]).toEqual([true, 1]);
    subscriptions[0]?.unsubscribe();
    expect([events$.observed, watches.size]).toEqual([false, 0]);
    watches.watch$('owl').subscribe();
    expect(events$.observed).toBe(true);
  });

  it('may end itself as soon as it has a value', async () => {
    const { cache } = await openCache<number>();
    await cache.set('owl', 1);
    const told: (number | undefined)[] = [];
    cache
      .watch$('owl')
      .pipe(take(1))
      .subscribe((value) => told.push(value));
    await cache.set('owl', 2);
    expect(told).toEqual([1]);
  });

  it('that throws is reported, and hurts neither the cache nor others', async () => {
    const { cache } = await openCache<number>();
    cache.watch$('owl').subscribe(() => {
      throw new Error('a subscriber threw');
    });
    const { told } = watch(cache);
    await cache.set('owl', 1);
    expect([told, cache.metrics().hook_failures]).toEqual([[undefined, 1], 2]);
  });

  it('may change the key itself', async () => {
    const { cache } = await openCache<number>();
    const { told } = watch(cache);
    cache.watch$('owl').subscribe((value = 0) => void (value < 3 && cache.set('owl', value + 1)));
    await settle();
    expect(told).toEqual([undefined, 1, 2, 3]);
  });

  it('sees nothing of a transaction before its end', async () => {
    const { cache } = await openCache<number>();
    const { told } = watch(cache);
    const end = held<void>();
    const run = CacheTransaction.run(async () => {
      await cache.set('owl', 1);
      await cache.set('owl', 2);
      await end.promise;
    });
    await settle();
    expect(told).toEqual([undefined]);
    end.resolve();
    await run;
    expect(told).toEqual([undefined, 2]);
  });

  it('refuses what is no key', async () => {
    const { cache } = await openCache<number>();
    expect(() => cache.watch$('')).toThrow(expect.objectContaining({ code: 'bad_key' }));
  });
});
