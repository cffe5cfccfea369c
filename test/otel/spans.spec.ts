import { propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { setImmediate as turn } from 'node:timers/promises';
import { settle } from 'nuthatch/testing';
import { traceCaches } from 'nuthatch/otel';
import { held, openCache, openStored } from '../support/caches.js';
import { only, openTracing } from './telemetry.js';

describe('the span of a load', () => {
  it('is a child of what asks, and the parent of what the loader does, across awaits', async () => {
    const { tracer, within, spans } = await openTracing();
    const { cache } = await openCache<string>({ name: 'birds' });
    await within('request', () =>
      cache.getOrLoad('owl', async () => {
        await turn();
        tracer.startSpan('select').end();
        return 'hoo';
      }),
    );
    const all = spans();
    const load = only(all, 'nuthatch.load');
    expect(load.parent).toBe(only(all, 'request').id);
    expect(only(all, 'select').parent).toBe(load.id);
    expect(load.attributes).toEqual({
      'nuthatch.cache.name': 'birds',
      'nuthatch.background': false,
      'nuthatch.load.origin': 'loader',
    });
    expect(load.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('leaves the context of its caller as it was', async () => {
    const { tracer, within, spans } = await openTracing();
    const { cache } = await openCache<string>();
    await within('request', async () => {
      await cache.getOrLoad('owl', () => 'hoo');
      tracer.startSpan('after').end();
    });
    expect(only(spans(), 'after').parent).toBe(only(spans(), 'request').id);
  });

  it('has the calls on the store as its children', async () => {
    const { spans } = await openTracing({ operations: ['load', 'store'] });
    const { cache } = await openStored<string>();
    await cache.getOrLoad('owl', () => 'hoo');
    const all = spans();
    const load = only(all, 'nuthatch.load');
    expect(only(all, 'nuthatch.store.get').parent).toBe(load.id);
    expect(only(all, 'nuthatch.store.get').attributes).toEqual({
      'nuthatch.cache.name': 'default',
      'nuthatch.store.operation': 'get',
      'nuthatch.store.keys': 1,
    });
  });

  it('records the error of the loader, with its message', async () => {
    const { spans } = await openTracing();
    const { cache } = await openCache<string>();
    await expect(
      cache.getOrLoad('owl', () => Promise.reject(new TypeError('no such bird'))),
    ).rejects.toThrow();
    const { status, events, attributes } = only(spans(), 'nuthatch.load');
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'no such bird' });
    expect(attributes).toMatchObject({ 'error.type': 'TypeError' });
    expect(events).toMatchObject([
      {
        name: 'exception',
        attributes: { 'exception.type': 'TypeError', 'exception.message': 'no such bird' },
      },
    ]);
  });

  it('ends at the hard time-out, with that as its error, though the loader goes on', async () => {
    const { spans } = await openTracing();
    const { cache, clock } = await openCache<string>({ hardTimeout: '1s' });
    const answer = held<string>();
    const loading = cache.getOrLoad('owl', () => answer.promise);
    await Promise.all([
      expect(loading).rejects.toMatchObject({ code: 'load_timeout' }),
      clock.advanceAsync('2s'),
    ]);
    expect(only(spans(), 'nuthatch.load').attributes).toMatchObject({ 'error.type': 'load_timeout' });
    answer.resolve('late');
  });

  it('is the root of a trace of its own where nobody waits for it, linked to what has set it off', async () => {
    const { tracer, within, spans } = await openTracing();
    const { cache, clock } = await openCache<number>({ ttl: '1m', staleWhileRevalidate: '5m' });
    await cache.set('owl', 1);
    clock.advance('2m');
    await within('request', async () => {
      await cache.getOrLoad('owl', () => {
        tracer.startSpan('select').end();
        return 2;
      });
    });
    await settle();
    const all = spans();
    const load = only(all, 'nuthatch.load');
    const request = only(all, 'request');
    expect(load.parent).toBeUndefined();
    expect(load.traceId).not.toBe(request.traceId);
    expect(load.links).toEqual([request.id]);
    expect(load.attributes).toMatchObject({ 'nuthatch.background': true });
    expect(only(all, 'select').parent).toBe(load.id);
  });

  it('keeps the baggage of its caller, also in the background', async () => {
    await openTracing();
    const { cache, clock } = await openCache<string>({ ttl: '1m', staleWhileRevalidate: '5m' });
    await cache.set('owl', 'old');
    clock.advance('2m');
    const { context } = await import('@opentelemetry/api');
    const baggage = propagation.createBaggage({ tenant: { value: 'north' } });
    let seen: string | undefined;
    await context.with(propagation.setBaggage(context.active(), baggage), () =>
      cache.getOrLoad('owl', () => (seen = propagation.getActiveBaggage()?.getEntry('tenant')?.value) ?? ''),
    );
    await settle();
    expect(seen).toBe('north');
  });

  it('is right for a load that had to queue for another', async () => {
    const { tracer, within, spans } = await openTracing();
    const { cache } = await openCache<string>({ maxLoads: 1 });
    const first = held<string>();
    const one = within('one', () => cache.getOrLoad('owl', () => first.promise));
    const two = within('two', async () =>
      cache.getOrLoad('wren', () => {
        tracer.startSpan('select').end();
        return 'tit';
      }),
    );
    first.resolve('hoo');
    await Promise.all([one, two]);
    const select = only(spans(), 'select');
    expect(select.traceId).toBe(only(spans(), 'two').traceId);
  });
});

describe('callers who wait for the load of another', () => {
  it('have a span each, a child of their own request, linked to the one load', async () => {
    const { within, spans } = await openTracing();
    const { cache } = await openCache<string>();
    const answer = held<string>();
    const calls = ['one', 'two', 'three'].map((name) =>
      within(name, () => cache.getOrLoad('owl', () => answer.promise)),
    );
    answer.resolve('hoo');
    await Promise.all(calls);
    const all = spans();
    const load = only(all, 'nuthatch.load');
    expect(load.parent).toBe(only(all, 'one').id);
    const waits = all.filter(({ name }) => name === 'nuthatch.wait');
    expect(waits.map(({ parent }) => parent).sort()).toEqual(
      [only(all, 'two').id, only(all, 'three').id].sort(),
    );
    expect(waits.map(({ links }) => links)).toEqual([[load.id], [load.id]]);
  });
});

describe('the span of a call on the store', () => {
  it('records its failing by its code, without the message that quotes the key', async () => {
    const { exporter, spans } = await openTracing();
    const { cache, store } = await openStored<number>();
    store.failNext('get', 1, new Error('disk gone'));
    await cache.get('secret-key');
    const { status, attributes } = only(spans(), 'nuthatch.store.get');
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'store_failed' });
    expect(attributes).toMatchObject({ 'error.type': 'store_failed' });
    const told = exporter.getFinishedSpans().map(({ attributes: a, events, status: s }) => [a, events, s]);
    expect(JSON.stringify(told)).not.toContain('secret-key');
  });

  it('records an error of a cache of the other build by its code, too', async () => {
    class CacheErrorOfOtherBuild extends Error {
      override readonly name = 'CacheError';
      readonly code = 'load_timeout';
    }
    const { exporter, spans } = await openTracing();
    const { cache } = await openCache<number>();
    const failed = new CacheErrorOfOtherBuild('loading "secret-key" took too long');
    await expect(cache.getOrLoad('owl', () => Promise.reject(failed))).rejects.toBe(failed);
    const { status, events } = only(spans(), 'nuthatch.load');
    expect(status.message).toBe('load_timeout');
    expect(JSON.stringify([events, exporter.getFinishedSpans().length])).not.toContain('secret-key');
  });

  it('is not there for a hit in memory', async () => {
    const { spans } = await openTracing();
    const { cache } = await openStored<number>();
    await cache.set('owl', 1);
    const before = spans().length;
    await cache.get('owl');
    await cache.getOrLoad('owl', () => 2);
    expect(spans()).toHaveLength(before);
  });
});

describe('the span of a flush', () => {
  it('is a root where it is in the background, whoever wrote before, with the calls it makes as its children', async () => {
    const { within, spans } = await openTracing();
    const { cache, clock } = await openStored<number>({ writePolicy: 'writeBack' });
    await within('request', () => cache.set('owl', 1));
    await clock.advanceAsync('2s');
    const flush = only(spans(), 'nuthatch.flush');
    expect(flush).toMatchObject({ parent: undefined, links: [] });
    expect(flush.attributes).toEqual({
      'nuthatch.cache.name': 'default',
      'nuthatch.background': true,
      'nuthatch.flush.pending': 1,
      'nuthatch.flush.written': 1,
      'nuthatch.flush.left': 0,
    });
    expect(only(spans(), 'nuthatch.store.apply').parent).toBe(flush.id);
  });

  it('is a child of who asks for it', async () => {
    const { within, spans } = await openTracing();
    const { cache } = await openStored<number>({ writePolicy: 'writeBack' });
    await within('shutdown', async () => {
      await cache.set('owl', 1);
      await cache.flush();
    });
    expect(only(spans(), 'nuthatch.flush').parent).toBe(only(spans(), 'shutdown').id);
  });
});

describe('keys in spans', () => {
  it.each([
    ['none', undefined],
    ['plain', 'owl'],
    ['hashed', expect.stringMatching(/^[0-9a-f]{16}$/)],
  ] as const)('are %s', async (keys, expected) => {
    const { spans } = await openTracing({ keys });
    const { cache } = await openStored<string>();
    await cache.getOrLoad('owl', () => 'hoo');
    expect(only(spans(), 'nuthatch.load').attributes['nuthatch.key']).toEqual(expected);
    expect(only(spans(), 'nuthatch.store.get').attributes['nuthatch.key']).toEqual(expected);
  });

  it('are hashed alike with the same salt', async () => {
    const hashes: unknown[] = [];
    for (const salt of ['pepper', 'pepper', 'mustard']) {
      const { spans } = await openTracing({ keys: 'hashed', salt });
      const { cache } = await openCache<string>();
      await cache.getOrLoad('owl', () => 'hoo');
      hashes.push(only(spans(), 'nuthatch.load').attributes['nuthatch.key']);
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });
});

describe('tracing', () => {
  it('makes no span outside of any where that is asked for, and those within', async () => {
    const { within, spans } = await openTracing({ requireParent: true });
    const { cache } = await openCache<string>();
    await cache.getOrLoad('owl', () => 'hoo');
    expect(spans()).toEqual([]);
    await within('request', () => cache.getOrLoad('wren', () => 'tit'));
    expect(spans().map(({ name }) => name)).toEqual(['nuthatch.load', 'request']);
  });

  it('is of the operations that are asked for', async () => {
    const { spans } = await openTracing({ operations: ['store'] });
    const { cache } = await openStored<string>();
    await cache.getOrLoad('owl', () => 'hoo');
    expect(new Set(spans().map(({ name }) => name.split('.')[1]))).toEqual(new Set(['store']));
  });

  it('ends when it is stopped', async () => {
    const stop = await traceCaches();
    stop();
    const { spans } = await openTracing();
    const { cache } = await openCache<string>();
    await cache.getOrLoad('owl', () => 'hoo');
    expect(spans()).toHaveLength(1);
  });

  it('changes nothing where no SDK is set up', async () => {
    const stop = await traceCaches();
    const { cache } = await openStored<string>();
    const error = new Error('gone');
    await expect(cache.getOrLoad('owl', () => Promise.reject(error))).rejects.toBe(error);
    expect(await cache.getOrLoad('owl', () => 'hoo')).toBe('hoo');
    expect(trace.getActiveSpan()).toBeUndefined();
    stop();
  });

  it('costs a load nothing where the tracer throws', async () => {
    const broken = { getTracer: () => ({ startSpan: () => { throw new Error('broken'); } }) }; // prettier-ignore
    await openTracing({ tracerProvider: broken });
    const { cache } = await openCache<string>();
    expect(await cache.getOrLoad('owl', () => 'hoo')).toBe('hoo');
  });

  it.each([
    ['operations must be some of load, wait, store, flush, got "hit"', { operations: ['hit'] }],
    ["keys must be 'none', 'hashed' or 'plain', got \"md5\"", { keys: 'md5' }],
    ['salt must be a non-empty string, got ""', { keys: 'hashed', salt: '' }],
  ])('is refused: %s', async (message, wrong) => {
    // Wrong on purpose.
    await expect(traceCaches(wrong as object)).rejects.toThrow(message);
  });
});
