import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { ContextIdFactory, REQUEST } from '@nestjs/core';
import { Cache, Cacheable, CacheConfig, CacheEvict, CacheModule, Caching } from 'nuthatch';
import { FakeClock, settle } from 'nuthatch/testing';
import { defer, lastValueFrom, type Observable, toArray } from 'rxjs';
import { held } from '../support/caches.js';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const tenant = new AsyncLocalStorage<string>();
const as = <T>(name: string, act: () => Promise<T>): Promise<T> => tenant.run(name, act);
const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));

/** What methods read; slow or failing where a test says so. */
class Source {
  readonly reads: string[] = [];
  gate: Promise<unknown> = Promise.resolve();
  error: Error | undefined;

  async read(what: string): Promise<string> {
    this.reads.push(`${what} for ${tenant.getStore()}`);
    const answer = `${what} ${this.reads.length}`;
    await this.gate;
    if (this.error !== undefined) throw this.error;
    return answer;
  }
}

/** What each kind of provider below inherits. */
@CacheConfig({ ttl: '10m', tags: ['prices'] })
abstract class Repository {
  constructor(readonly source: Source) {}

  @Cacheable({ key: (sku: string) => `price:${sku}` })
  async price(sku: string): Promise<string> {
    return this.source.read(sku);
  }

  @Cacheable({ key: (sku: string) => `stream:${sku}` })
  stream(sku: string): Observable<string> {
    return defer(() => this.source.read(sku));
  }

  @Cacheable({ key: (sku: string) => `grace:${sku}`, grace: '1d' })
  async graceful(sku: string): Promise<string> {
    return this.source.read(sku);
  }

  @Cacheable({ key: (sku: string) => `grace stream:${sku}`, grace: '1d' })
  gracefulStream(sku: string): Observable<string> {
    return defer(() => this.source.read(sku));
  }

  @Cacheable({ key: (sku: string) => `ahead:${sku}`, refreshAhead: 0.5 })
  async ahead(sku: string): Promise<string> {
    return this.source.read(sku);
  }

  @Cacheable({ key: (sku: string) => `early:${sku}`, earlyExpiration: { formula: 'simple', beta: 1e9 } })
  async early(sku: string): Promise<string> {
    return this.source.read(sku);
  }

  @Caching({ cacheable: { key: (sku: string) => `both:${sku}`, grace: '1d' }, put: [{ key: () => 'last' }] })
  async both(sku: string): Promise<string> {
    return this.source.read(sku);
  }

  @CacheEvict({ key: (sku: string) => [`price:${sku}`, `stream:${sku}`] })
  async change(_sku: string): Promise<void> {}

  @CacheEvict({ tags: ['prices'] })
  async changeAll(): Promise<void> {}
}

@Injectable()
class Prices extends Repository {
  constructor(source: Source) {
    super(source);
  }
}

@Injectable({ scope: Scope.REQUEST })
class PricesOfRequest extends Repository {
  constructor(
    source: Source,
    @Inject(REQUEST) readonly request: { readonly user: string },
  ) {
    super(source);
  }
}

async function open(scope: 'inherited' | 'request-scoped') {
  const clock = new FakeClock();
  const keyPrefix = () => tenant.getStore() ?? 'nobody';
  const app = await openApp({
    imports: [CacheModule.forRoot({ clock, keyPrefix })],
    providers: [Source, Prices, PricesOfRequest],
  });
  const prices = async (): Promise<Repository> => {
    if (scope === 'inherited') return app.get(Prices);
    const context = ContextIdFactory.create();
    app.registerRequestByContextId({ user: 'owl' }, context);
    return app.resolve(PricesOfRequest, context);
  };
  return { clock, prices, source: app.get(Source), cache: app.get(Cache) };
}

describe.each(['inherited', 'request-scoped'] as const)('a decorated method that is %s', (scope) => {
  it('runs once for each tenant, however many callers wait, as a promise and as an Observable', async () => {
    const { prices, source } = await open(scope);
    const calls = ['acme', 'bolt'].flatMap((name) =>
      Array.from({ length: 50 }, async () => {
        const own = await prices();
        return as(name, () => Promise.all([own.price('egg'), all(own.stream('egg'))]));
      }),
    );
    await Promise.all(calls);
    expect(source.reads.sort()).toEqual(['acme', 'acme', 'bolt', 'bolt'].map((name) => `egg for ${name}`));
  });

  it('loses against an eviction of its tenant during the load, and not against those of others', async () => {
    const { prices, source, cache } = await open(scope);
    const { promise, resolve } = held<void>();
    source.gate = promise;
    const own = await prices();
    const loads = ['acme', 'bolt'].map((name) =>
      as(name, () => Promise.all([own.price('egg'), all(own.stream('egg'))])),
    );
    await settle();
    await as('acme', async () => (await prices()).change('egg'));
    resolve();
    await Promise.all(loads);
    expect([...cache.keys()].sort()).toEqual(['bolt:price:egg', 'bolt:stream:egg']);
  });

  it('loses against an invalidation of its tags during the load', async () => {
    const { prices, source, cache } = await open(scope);
    const { promise, resolve } = held<void>();
    source.gate = promise;
    const own = await prices();
    const loads = ['acme', 'bolt'].map((name) => as(name, () => own.price('egg')));
    await settle();
    await as('acme', () => own.changeAll());
    resolve();
    await Promise.all(loads);
    expect([...cache.keys()]).toEqual(['bolt:price:egg']);
  });

  it('answers what is too old where the load fails, to the tenant whose it is', async () => {
    const { prices, source, clock } = await open(scope);
    const own = await prices();
    await as('acme', () =>
      Promise.all([own.graceful('egg'), all(own.gracefulStream('egg')), own.both('egg')]),
    );
    clock.advance('1h');
    source.error = new Error('no network');
    expect(await as('acme', () => own.graceful('egg'))).toBe('egg 1');
    expect(await as('acme', () => all(own.gracefulStream('egg')))).toEqual(['egg 2']);
    expect(await as('acme', () => own.both('egg'))).toBe('egg 3');
    for (const read of [() => own.graceful('egg'), () => all(own.gracefulStream('egg'))])
      await expect(as('bolt', async () => read())).rejects.toThrow('no network');
  });

  it.each(['ahead', 'early'] as const)(
    'is run again in the background, for its tenant: %s',
    async (method) => {
      const { prices, source, clock } = await open(scope);
      const own = await prices();
      await as('acme', () => own[method]('egg'));
      clock.advance('6m');
      expect(await as('acme', async () => (await prices())[method]('egg'))).toBe('egg 1');
      await settle();
      expect(source.reads).toEqual(['egg for acme', 'egg for acme']);
      clock.advance('5m');
      expect(await as('acme', () => own[method]('egg'))).toBe('egg 2');
    },
  );
});
