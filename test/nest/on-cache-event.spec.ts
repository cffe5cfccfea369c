import { Controller, Injectable, Scope } from '@nestjs/common';
import { Cache, CacheConfig, type CacheEventOf, CacheManager, CacheModule, OnCacheEvent } from 'nuthatch';
import { settle } from 'nuthatch/testing';
import { recordEvents } from '../support/caches.js';
import { collectWarnings } from './log-lines.js';
import { closeApp, closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const warnings = collectWarnings();

class Listening {
  readonly heard: string[] = [];

  @OnCacheEvent('entry_set')
  @OnCacheEvent('entry_deleted')
  note(event: CacheEventOf<'entry_set' | 'entry_deleted'>): void {
    this.heard.push(`${event.type} ${event.key}`);
  }

  @OnCacheEvent('entry_set', { cache: 'gates' })
  noteGate({ cache, key }: CacheEventOf<'entry_set'>): void {
    this.heard.push(`${cache} ${key}`);
  }
}

@Injectable()
class Provider extends Listening {}

@Controller()
class Resource extends Listening {}

const imports = [CacheModule.forRoot(), CacheModule.forFeature({ name: 'gates' })];

describe('@OnCacheEvent', () => {
  it.each([
    ['a provider', { providers: [Provider] }, Provider],
    ['a controller', { controllers: [Resource] }, Resource],
    [
      'what a factory made',
      { providers: [{ provide: Provider, useFactory: () => new Provider() }] },
      Provider,
    ],
  ])('calls a method of %s with each event of its name, of its cache', async (_, metadata, token) => {
    const app = await openApp({ imports, ...metadata });
    const [cache, gates] = [app.get(Cache), app.get(CacheManager).get('gates')];
    await cache.set('owl', 1);
    await cache.delete('owl');
    await gates.set('A1', 1);
    await gates.delete('A1');
    expect(app.get<Listening>(token).heard).toEqual(['entry_set owl', 'entry_deleted owl', 'gates A1']);
  });

  it('calls one instance once, under however many tokens it stands', async () => {
    const app = await openApp({
      imports,
      providers: [Provider, { provide: 'alias', useExisting: Provider }],
    });
    await app.get(Cache).set('owl', 1);
    expect(app.get(Provider).heard).toEqual(['entry_set owl']);
  });

  it('hears what happens while the caches are closed, and nothing after', async () => {
    @Injectable()
    class Flushes {
      writes = 0;

      @OnCacheEvent('flushed')
      count(event: CacheEventOf<'flushed'>): void {
        this.writes += event.writes;
      }
    }
    const app = await openApp({
      imports: [CacheModule.forRoot({ store: 'map', writePolicy: 'writeBack' })],
      providers: [Flushes],
    });
    await app.get(Cache).set('owl', 1);
    expect(app.get(Flushes).writes).toBe(0);
    await closeApp(app);
    expect(app.get(Flushes).writes).toBe(1);
  });

  it('is inherited, unless an override says nothing', async () => {
    @Injectable()
    class Quiet extends Listening {
      override note(): void {
        this.heard.push('never');
      }
    }
    const app = await openApp({ imports, providers: [Quiet] });
    await app.get(Cache).set('owl', 1);
    await app.get(CacheManager).get('gates').set('A1', 1);
    expect(app.get(Quiet).heard).toEqual(['gates A1']);
  });

  it('listens to the cache of its class where it names none', async () => {
    @CacheConfig({ cache: 'gates' })
    class Gates extends Listening {}
    const app = await openApp({ imports, providers: [Gates] });
    await app.get(CacheManager).get('gates').set('A1', 1);
    expect(app.get(Gates).heard).toEqual(['entry_set A1', 'gates A1']);
  });

  it('reports a listener that throws or rejects, and goes on', async () => {
    @Injectable()
    class Failing {
      heard = 0;

      @OnCacheEvent('entry_set')
      fail(): void {
        throw new Error('no room');
      }

      @OnCacheEvent('entry_set')
      async failLater(): Promise<void> {
        await Promise.resolve();
        throw new Error('no network');
      }

      @OnCacheEvent('hook_failed')
      async failAgain(): Promise<void> {
        await Promise.resolve();
        throw new Error('not again');
      }

      @OnCacheEvent('entry_set')
      hear(): void {
        this.heard++;
      }
    }
    const app = await openApp({ imports, providers: [Failing] });
    const cache = app.get(Cache);
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    await cache.set('wren', 1);
    await settle();
    expect(app.get(Failing).heard).toBe(2);
    const failures = events.flatMap((event) => (event.type === 'hook_failed' ? [event.error] : []));
    expect(failures).toHaveLength(4);
    expect(failures).toContainEqual(new Error('no room'));
    expect(failures).toContainEqual(new Error('no network'));
    expect([...warnings].sort()).toEqual([
      'Failing.fail: failed on entry_set: no room',
      'Failing.failAgain: failed on hook_failed: not again',
      'Failing.failLater: failed on entry_set: no network',
    ]);
  });

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('refuses the start on a class that is %s', async (_, scope) => {
    @Injectable({ scope })
    class Many extends Listening {}
    const start = openApp({ imports, providers: [Many] });
    await expect(start).rejects.toMatchObject({
      code: 'bad_declaration',
      message: expect.stringMatching(
        /^Listening\.note: @OnCacheEvent needs a class of which there is one instance/,
      ),
    });
  });

  it('refuses the start where there is no such cache', async () => {
    class Lost {
      @OnCacheEvent('entry_set', { cache: 'gate' })
      note(): void {}
    }
    await expect(openApp({ imports, providers: [Lost] })).rejects.toThrow(
      'Lost.note: cache must be one of default, gates, got "gate"; declare it by CacheModule.forFeature({ name: "gate" })',
    );
  });

  it('refuses what is no method of instances, and an option that there is not', () => {
    const decorator = OnCacheEvent('entry_set') as unknown as MethodDecorator;
    class Wrong {
      static note(): void {}
      get place(): string {
        return '';
      }
    }
    const define = (target: object, name: string) => () =>
      decorator(target, name, Object.getOwnPropertyDescriptor(target, name) ?? {});
    expect(define(Wrong, 'note')).toThrow('Wrong.note: @OnCacheEvent works on methods of instances');
    expect(define(Wrong.prototype, 'place')).toThrow('Wrong.place: @OnCacheEvent works on methods');
    expect(() => OnCacheEvent('entry_set', { cahce: 'gates' } as object)).toThrow(
      '@OnCacheEvent has no option cahce; it has cache',
    );
  });

  it('is typed by the name of the event', () => {
    class Typed {
      @OnCacheEvent('entry_evicted')
      right(event: { readonly key: string }): string {
        return event.key;
      }

      // @ts-expect-error it has no such member
      @OnCacheEvent('cleared')
      wrong(event: { readonly key: string }): string {
        return event.key;
      }

      // @ts-expect-error there is no such event
      @OnCacheEvent('entry_stolen')
      unknown(): void {}
    }
    expect(new Typed()).toBeDefined();
  });
});
