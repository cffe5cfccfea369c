import { settle } from 'nuthatch/testing';
import { held, openCache as open, openStored, recordEvents } from '../../../test/support/caches.js';
import { MapStore } from './index.js';

const never = () => new Promise<never>(() => undefined);
const log = (name: string, value: unknown) => process.stdout.write(`## ${name}: ${JSON.stringify(value)}\n`);
const code = (p: Promise<unknown>) => p.then((v) => ({ v }), (e: any) => ({ e: e.code ?? e.message }));

describe('review', () => {
  it('plain waits after a hard timeout', async () => {
    const { cache, clock } = await open<number>({});
    const gate = held<number>();
    const a = code(cache.getOrLoad('k', () => gate.promise, { hardTimeout: '10m' }));
    const b = code(cache.getOrLoad('k', () => 2));
    await clock.advanceAsync('31s');
    log('b', await b);
    let c: unknown = 'waiting';
    void code(cache.getOrLoad('k', () => 3)).then((x) => (c = x));
    await settle();
    log('c at once (want waiting)', c);
    log('misses', cache.metrics().misses);
    gate.resolve(1);
    log('a', await a);
  });
  it('soft then hard', async () => {
    const { cache, clock } = await open<number>({});
    const gate = held<number>();
    const a = code(cache.getOrLoad('k', () => gate.promise, { hardTimeout: '10m' }));
    let b: unknown = 'waiting';
    void code(cache.getOrLoad('k', () => 2, { softTimeout: '8s', hardTimeout: '10s' })).then((x) => (b = x));
    await clock.advanceAsync('11s');
    log('b after 11s of hardTimeout 10s', b);
    gate.resolve(1);
    await a;
  });
  it('shouldServe and backoff', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h', shouldServe: (e) => (e as Error).message !== 'gone' });
    await cache.getOrLoad('k', () => 1);
    clock.advance('2m');
    log('first', await code(cache.getOrLoad('k', () => { throw new Error('gone'); })));
    log('second (want gone)', await code(cache.getOrLoad('k', () => { throw new Error('gone'); })));
  });
  it('former beyond its life', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', refreshAhead: true });
    await cache.getOrLoad('k', () => 1);
    clock.advance('55s');
    const gate = held<number>();
    await cache.getOrLoad('k', () => gate.promise);
    await clock.advanceAsync('20s');
    const late = code(cache.getOrLoad('k', () => gate.promise));
    gate.reject(new Error('down'));
    log('no grace, life over 15 s ago (want down)', await late);
  });
  it('swr said by set', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m' });
    await cache.set('k', 1, { staleWhileRevalidate: '5m' });
    clock.advance('2m');
    log('set swr (want 1 at once)', await code(cache.getOrLoad('k', () => 2)));
    await cache.getOrLoad('j', () => 1, { staleWhileRevalidate: '5m' });
    clock.advance('2m');
    log('load swr then plain', await code(cache.getOrLoad('j', () => 2)));
  });
  it('registered options at hits', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m' });
    let n = 0;
    cache.registerLoader('k', () => ++n, { refreshAhead: true });
    await cache.getOrLoad('k:1');
    clock.advance('55s');
    await cache.getOrLoad('k:1');
    await settle();
    log('loads (want 2)', n);
  });
  it('getManyOrLoad hits', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', refreshAhead: true });
    let n = 0;
    cache.registerLoader('k', () => ++n);
    await cache.getOrLoad('k:1');
    clock.advance('55s');
    await cache.getManyOrLoad(['k:1']);
    await cache.get('k:1');
    await settle();
    log('loads after getManyOrLoad and get', n);
  });
  it('hung loaders leak fences', async () => {
    const { cache, clock } = await open<number>({ hardTimeout: '1s', maxLoads: 10_000 });
    for (let i = 0; i < 3000; i++) void code(cache.getOrLoad(`k${i}`, never));
    await clock.advanceAsync('5s');
    const { Fences } = await import('./load/fence.js');
    void Fences;
    log('x', 1);
  });
  it('queued loads run though nobody waits', async () => {
    const { cache, clock } = await open<number>({ hardTimeout: '1s', maxLoads: 1 });
    let n = 0;
    const ac = new AbortController();
    const a = code(cache.getOrLoad('a', never));
    const b = code(cache.getOrLoad('b', () => { n++; return 1; }, { signal: ac.signal, hardTimeout: '1h' }));
    const c = code(cache.getOrLoad('c', () => { n++; return 1; }));
    ac.abort(new Error('left'));
    await clock.advanceAsync('2s');
    log('abc', [await a, await b, await c]);
    log('loaders run for nobody (want 0)', n);
  });
  it('queued load after close', async () => {
    const { cache, clock } = await open<number>({ maxLoads: 1 });
    const gate = held<number>();
    let n = 0;
    const a = code(cache.getOrLoad('a', () => gate.promise));
    let b: unknown = 'waiting';
    void code(cache.getOrLoad('b', () => { n++; return never(); })).then((x) => (b = x));
    await cache.close();
    await settle();
    log('b after close', b);
    gate.resolve(1);
    log('a', await a);
    await settle();
    log('loader begun after close (want 0)', n);
    await clock.advanceAsync('29s');
    log('b 29s after close', b);
    await clock.advanceAsync('2s');
    log('b 31s after close', b);
  });
  it('stale clone', async () => {
    const { cache, clock } = await open<{ n: number }>({ ttl: '1m', grace: '1h', isolate: 'clone' });
    await cache.getOrLoad('k', () => ({ n: 0 }));
    clock.advance('2m');
    log('served (want 0)', await code(cache.getOrLoad('k', ({ stale }) => { stale!.value.n = 7; throw new Error('x'); })));
  });
  it('soft with store stale late', async () => {
    const { cache, clock, rows } = await openStored<number>({ ttl: '1m', staleWhileRevalidate: '1h', maxItems: 1 });
    await cache.getOrLoad('k', () => 1);
    await settle();
    await cache.getOrLoad('j', () => 1);
    await settle();
    clock.advance('2m');
    log('rows', rows.size);
    let b: unknown = 'waiting';
    void code(cache.getOrLoad('k', never)).then((x) => (b = x));
    await settle();
    log('swr from the store (want 1 at once)', b);
    await clock.advanceAsync('31s');
    log('later', b);
  });
  it('hardTimeout below softTimeout', async () => {
    const { cache } = await open<number>({ softTimeout: '200ms' });
    log('call', await code(cache.getOrLoad('k', () => 1, { hardTimeout: '100ms' })));
  });
  it('setTtl beyond grace of call', async () => {
    const { cache } = await open<number>({});
    log('call', await code(cache.getOrLoad('k', ({ setTtl }) => { setTtl('2h'); return 1; }, { ttl: '1m', grace: '1h' })));
  });
  it('throwing ttl', async () => {
    const { cache } = await open<number>({ ttl: () => { throw new Error('ttl'); } });
    const events = recordEvents(cache);
    log('call', await code(cache.getOrLoad('k', () => 1)));
    log('events', events.map((e) => e.type));
    const { loads, load_failures } = cache.metrics();
    log('counts', { loads, load_failures, n: cache.metrics().latencies });
  });
  it('undefined with json', async () => {
    for (const codec of ['rich', 'json'] as const) {
      const { cache, rows } = await openStored<number | undefined>({ codec });
      const events = recordEvents(cache);
      log('v', await code(cache.getOrLoad('k', () => undefined)));
      await settle();
      log(codec, [rows.size, events.map((e) => e.type), cache.health().status, await cache.has('k')]);
    }
  });
  it('signal of timed out load at close', async () => {
    const { cache, clock } = await open<number>({ hardTimeout: '1s' });
    let s: AbortSignal | undefined;
    const a = code(cache.getOrLoad('k', ({ signal }) => { s = signal; return never(); }));
    await clock.advanceAsync('2s');
    await a;
    await cache.close();
    log('aborted at close (want true)', s?.aborted);
  });
  it('soft plain, later joiner', async () => {
    const { cache, clock } = await openStored<number>({ ttl: '1m', grace: '1h', softTimeout: '1s', maxItems: 1 });
    await cache.getOrLoad('k', () => 1); await settle();
    await cache.getOrLoad('j', () => 1); await settle();
    clock.advance('2m');
    const gate = held<number>();
    const a = code(cache.getOrLoad('k', () => gate.promise));
    await clock.advanceAsync('2s');
    log('a', await a);
    const before = cache.metrics();
    const b = await code(cache.getOrLoad('k', () => 5));
    const after = cache.metrics();
    log('b, counted stale/miss/hit', [b, after.stale_served - before.stale_served, after.misses - before.misses, after.hits - before.hits]);
    gate.resolve(2);
  });
  it('tti with grace and no ttl', async () => {
    const { cache, clock } = await open<number>({ tti: '10m', grace: '1h' });
    await cache.getOrLoad('k', () => 1);
    clock.advance('11m');
    log('grace (want 1)', await code(cache.getOrLoad('k', () => { throw new Error('x'); })));
  });
  it('undo over stale', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h' });
    const { SetCommand } = await import('./index.js');
    await cache.set('k', 1);
    clock.advance('2m');
    await cache.run(new SetCommand('k', 2));
    log('undo', await code(cache.undo()));
    log('after undo, failing load', await code(cache.getOrLoad('k', () => { throw new Error('x'); })));
  });
  it('explain with failing store', async () => {
    const { cache, store } = await openStored<number>({ explain: true });
    await cache.set('k', 1);
    store.failNext?.(1);
    log('explain', await code(cache.explain('k')));
  });
  it('explain load_failed then invalidated', async () => {
    const { cache, clock } = await open<number>({ explain: true, ttl: '1m', refreshAhead: true });
    await cache.getOrLoad('k', () => 1, { tags: ['t'] });
    clock.advance('55s');
    await cache.getOrLoad('k', () => { throw new Error('x'); });
    await settle();
    await cache.invalidateTags('t');
    await cache.get('k');
    log('reason (want invalidated)', (await cache.explain('k')).lastMiss);
  });
  it('timer after close with failing repairs', async () => {
    const { cache, clock, store } = await openStored<number>({ resilience: { breaker: false } });
    await cache.set('k', 1);
    store.hang?.();
    const s = code(cache.set('k', 2));
    await clock.advanceAsync('31s');
    log('set', await s);
    const closing = cache.close();
    await clock.advanceAsync('40s');
    log('close', await code(closing as any));
    log('timers (want 0)', clock.timers);
  });
});
