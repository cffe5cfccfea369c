import { createCache, type CacheOptions, MapStore, memoize } from 'nuthatch/engine';
import { FakeClock, FaultyStore, type StoreMethod, settle } from 'nuthatch/testing';
import { Subject } from 'rxjs';

/*
 * Everything here fails or is left alone, and nobody looks: to be run with `--unhandled-rejections=strict`, which ends the process where a rejection
 * has no handler. What a caller is given is the caller's to handle, and is.
 */

const METHODS: readonly StoreMethod[] = [
  'get',
  'getMany',
  'apply',
  'clear',
  'invalidate',
  'rows',
  'replaceAll',
  'close',
];
const AGEING: CacheOptions<number> = {
  ttl: 100,
  staleWhileRevalidate: 1000,
  grace: 5000,
  refreshAhead: true,
  softTimeout: 20,
  hardTimeout: 50,
};

const fail = (): Promise<number> => Promise.reject(new Error('no network'));
const failLate = async (): Promise<number> => {
  for (let turn = 0; turn < 5; turn++) await settle();
  throw new Error('no network, in the end');
};
const throwAtOnce = (): never => {
  throw new Error('no network, at once');
};
const failWithNothing = (): Promise<number> => Promise.reject(undefined as unknown as Error);
const loaders = [fail, failLate, throwAtOnce, failWithNothing];

async function open(options: CacheOptions<number> = {}) {
  const clock = new FakeClock();
  const store = new FaultyStore(new MapStore());
  const cache = await createCache<number>({ clock, store, ...AGEING, ...options });
  return { cache, clock, store };
}

/** A caller that knows that it may fail. */
function tolerate(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}

async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settle();
}

const scenes: Readonly<Record<string, () => Promise<void>>> = {
  'refreshes that nobody waits for': async () => {
    for (const load of loaders) {
      const { cache, clock } = await open();
      await cache.set('owl', 1);
      for (const ms of [90, 60, 500, 2000]) {
        clock.advance(ms);
        tolerate(cache.getOrLoad('owl', load));
        await turns();
      }
      await cache.close();
    }
  },
  'signals that are aborted, before, in between and after': async () => {
    for (const load of loaders) {
      const { cache } = await open();
      const controllers = Array.from({ length: 4 }, () => new AbortController());
      controllers[0]?.abort(new Error('gone'));
      for (const { signal } of controllers) tolerate(cache.getOrLoad('owl', load, { signal }));
      tolerate(cache.getManyOrLoad(['owl', 'wren'], load as never, { signal: controllers[1]?.signal }));
      await settle();
      for (const controller of controllers) {
        controller.abort(undefined);
        await settle();
      }
      await turns();
      await cache.close();
    }
  },
  'rejections that come after the hard time-out': async () => {
    const { cache, clock } = await open();
    for (const load of loaders) {
      for (let call = 0; call < 3; call++) tolerate(cache.getOrLoad('owl', load));
      await settle();
      await clock.advanceAsync(60);
      await turns();
    }
    await cache.close();
  },
  'a store that fails in everything': async () => {
    for (const writePolicy of ['writeThrough', 'writeBack', 'writeAround'] as const) {
      const { cache, clock, store } = await open({ writePolicy });
      await cache.set('owl', 1);
      cache.addDependency('owl', 'wren');
      for (const method of METHODS) store.failAlways(method);
      const calls = [
        cache.set('owl', 2),
        cache.delete('owl'),
        cache.expire('owl'),
        cache.get('wren'),
        cache.getMany(['wren', 'jay']),
        cache.getOrLoad('wren', () => 1),
        cache.getManyOrLoad(['wren', 'emu'], (keys) => new Map(keys.map((key) => [key, 1]))),
        cache.invalidateTags('night'),
        cache.invalidateMatching('o*'),
        cache.bumpVersion('owl'),
        cache.publish('seen', {}),
        cache.clear(),
        cache.snapshot(),
        cache.swapWritePolicy('writeThrough'),
        cache.undo(),
        cache.flush(),
        cache.warm(['a', 'b'], fail),
      ];
      calls.forEach(tolerate);
      await clock.advanceAsync('10m');
      tolerate(cache.close(100));
      await clock.advanceAsync('10m');
    }
  },
  'a store that answers too late, and then fails': async () => {
    const { cache, clock, store } = await open();
    const releases = METHODS.map((method) => store.hold(method));
    for (const method of METHODS) store.failAlways(method);
    [cache.set('owl', 2), cache.get('jay'), cache.delete('wren'), cache.invalidateTags('night')].forEach(
      tolerate,
    );
    tolerate(cache.getOrLoad('emu', failLate));
    await clock.advanceAsync('5m');
    for (const release of releases) release();
    await turns();
    tolerate(cache.close(100));
    await clock.advanceAsync('5m');
  },
  'a cache that is closed in the middle': async () => {
    for (const load of loaders) {
      const { cache, clock, store } = await open({ writePolicy: 'writeBack' });
      const events = new Subject<string>();
      cache.invalidateOn(events, () => throwAtOnce());
      const release = store.hold('apply');
      tolerate(cache.set('owl', 1));
      tolerate(cache.getOrLoad('wren', load));
      tolerate(cache.getManyOrLoad(['jay', 'emu'], load as never));
      tolerate(cache.warm(['tit', 'bat'], load));
      events.next('seen');
      const closing = cache.close(10);
      events.error(new Error('the stream has ended'));
      tolerate(cache.getOrLoad('wren', load));
      await clock.advanceAsync('1m');
      store.failAlways('apply');
      release();
      tolerate(closing);
      await clock.advanceAsync('1m');
    }
  },
  'functions that are memoized': async () => {
    for (const load of loaders) {
      const memoized = memoize(load);
      for (let call = 0; call < 3; call++) tolerate(Promise.resolve().then(memoized));
      await turns();
    }
  },
};

for (const [name, play] of Object.entries(scenes)) {
  await play();
  await turns();
  console.log(name);
}
