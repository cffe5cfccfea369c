import { jest } from '@jest/globals';
import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Logger,
  type NestInterceptor,
  Res,
  Sse,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  CACHE_MANAGER,
  type Cache,
  CacheInterceptor,
  CacheKey,
  type CacheManagerOptions,
  CacheModule,
  CacheTTL,
} from 'nuthatch/compat';
import { settle } from 'nuthatch/testing';
import { defer, from, lastValueFrom, map, type Observable, of, toArray } from 'rxjs';
import request from 'supertest';
import { closeAfterTest, closeApps } from '../nest/open-app.js';
import { openCache } from './open-cache.js';

afterEach(closeApps);
afterEach(() => jest.restoreAllMocks());

let runs = 0;
beforeEach(() => {
  runs = 0;
});

interface Writable {
  json(body: unknown): unknown;
}

/** Wraps a method, as tracing does, and does not say so. */
function Traced(): MethodDecorator {
  return (_owner, _name, descriptor: PropertyDescriptor): void => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function traced(this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(method, this, args);
    };
  };
}

@Controller()
class RunsController {
  @Get('run')
  run(): unknown {
    return { run: ++runs };
  }

  @Get('by-hand')
  byHand(@Res() response: Writable): unknown {
    response.json({ run: ++runs });
    return 'written';
  }

  @Get('by-hand-and-traced')
  @Traced()
  byHandAndTraced(@Res() response: Writable): unknown {
    response.json({ run: ++runs });
    return 'written';
  }

  @Get('passed-through')
  passedThrough(@Res({ passthrough: true }) _response: Writable): unknown {
    return { run: ++runs };
  }

  @Sse('events')
  events(): Observable<{ data: number }> {
    return of({ data: ++runs }, { data: ++runs });
  }

  @Get('asked-once')
  @CacheTTL(() => ++runs * 60_000)
  askedOnce(): unknown {
    return {};
  }
}

/** Keeps what it is around under a key of its own. */
@Injectable()
class OwnKey extends CacheInterceptor {
  protected override trackBy(): string {
    return 'inner';
  }
}

@Injectable()
class Envelope implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((letter: unknown) => ({ letter })));
  }
}

@Controller('nested')
@UseInterceptors(CacheInterceptor, Envelope)
class NestedController {
  @Get('same')
  @UseInterceptors(CacheInterceptor)
  same(): unknown {
    return ++runs;
  }

  @Get('other')
  @UseInterceptors(OwnKey)
  other(): unknown {
    return ++runs;
  }
}

@Controller('silent')
@UseInterceptors(CacheInterceptor)
class SilentController {
  @Get()
  @UseInterceptors(CacheInterceptor)
  nothing(): void {
    runs++;
  }
}

async function openServer(options: CacheManagerOptions = {}): Promise<INestApplication> {
  const testing = await Test.createTestingModule({
    imports: [CacheModule.register(options)],
    controllers: [RunsController, NestedController, SilentController],
    providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
  }).compile();
  return closeAfterTest(await testing.createNestApplication().init());
}

async function askTwice(app: INestApplication, path: string): Promise<string[]> {
  const server = app.getHttpServer() as Parameters<typeof request>[0];
  return [(await request(server).get(path)).text, (await request(server).get(path)).text];
}

describe('the interceptor of a whole application', () => {
  it('caches handlers, and those that only touch the response', async () => {
    const app = await openServer();
    expect(await askTwice(app, '/run')).toEqual(['{"run":1}', '{"run":1}']);
    expect(await askTwice(app, '/passed-through')).toEqual(['{"run":2}', '{"run":2}']);
  });

  it('leaves alone who writes the response himself, and streams of events', async () => {
    const app = await openServer();
    expect(await askTwice(app, '/by-hand')).toEqual(['{"run":1}', '{"run":2}']);
    const [first, second] = await askTwice(app, '/events');
    expect([first?.match(/data: \d/g), second?.match(/data: \d/g)]).toEqual([
      ['data: 3', 'data: 4'],
      ['data: 5', 'data: 6'],
    ]);
  });

  it('knows who writes the response himself though another decorator has wrapped him', async () => {
    expect(await askTwice(await openServer(), '/by-hand-and-traced')).toEqual(['{"run":1}', '{"run":2}']);
  });

  it('keeps an answer apart for each host where `principalHeaders` names the host, and forgets all by the URL', async () => {
    const app = await openServer({ principal: { principalHeaders: ['host'] } });
    const server = app.getHttpServer() as Parameters<typeof request>[0];
    const ask = async (host: string) => (await request(server).get('/run').set('host', host)).text;
    expect([await ask('a.test'), await ask('b.test'), await ask('a.test')]).toEqual([
      '{"run":1}',
      '{"run":2}',
      '{"run":1}',
    ]);
    await app.get<Cache>(CACHE_MANAGER).del('/run');
    expect([await ask('a.test'), await ask('b.test')]).toEqual(['{"run":3}', '{"run":4}']);
  });

  it('asks for the time to live on a miss only', async () => {
    await askTwice(await openServer(), '/asked-once');
    expect(runs).toBe(1);
  });

  it('works on Fastify', async () => {
    const testing = await Test.createTestingModule({
      imports: [CacheModule.register()],
      controllers: [RunsController],
      providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
    }).compile();
    const app = closeAfterTest(testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter()));
    await app.listen(0);
    const server = app.getHttpServer();
    const answers = [await request(server).get('/run'), await request(server).get('/run')];
    expect(answers.map(({ text, headers }) => [text, headers['x-cache']])).toEqual([
      ['{"run":1}', 'MISS'],
      ['{"run":1}', 'HIT'],
    ]);
  });
});

describe('an interceptor around another', () => {
  it('leaves nobody waiting for himself, and is the one whose answer is kept', async () => {
    const app = await openServer();
    expect(await askTwice(app, '/nested/same')).toEqual(['{"letter":1}', '{"letter":1}']);
    expect(await app.get<Cache>(CACHE_MANAGER).get('/nested/same')).toEqual({ letter: 1 });
  });

  it('waits for nobody where many ask at once, and nothing can be kept', async () => {
    const app = await openServer();
    await app.listen(0);
    await Promise.all([1, 2, 3].map(() => request(app.getHttpServer()).get('/silent')));
    expect(runs).toBe(3);
  });

  it('lets that one keep its own under another key', async () => {
    const app = await openServer();
    await askTwice(app, '/nested/other');
    const cache = app.get<Cache>(CACHE_MANAGER);
    expect([await cache.get('/nested/other'), await cache.get('inner')]).toEqual([{ letter: 1 }, 1]);
  });
});

/** A handler without HTTP. */
class Gateway {
  @CacheKey('keyed')
  keyed(): void {}

  plain(): void {}
}

interface Asked {
  readonly kind: 'ws' | 'rpc' | 'graphql' | 'http';
  readonly method: 'keyed' | 'plain';
  /** The client, the message, the context of GraphQL, or the request. */
  readonly carrier?: unknown;
  readonly response?: unknown;
  readonly handle?: () => Observable<unknown>;
}

function contextOf({ kind, method, carrier = {}, response }: Asked): ExecutionContext {
  const args = kind === 'graphql' ? [undefined, {}, carrier, {}] : [carrier, response];
  const context: Partial<ExecutionContext> = {
    getType: <T extends string>() => kind as T,
    getClass: <T>() => Gateway as Type<T>,
    getHandler: () => Gateway.prototype[method],
    getArgs: <T>() => args as T,
    getArgByIndex: <T>(index: number) => args[index] as T,
    switchToHttp: () => ({
      getRequest: <T>() => carrier as T,
      getResponse: <T>() => response as T,
      getNext: <T>() => undefined as T,
    }),
    switchToRpc: () => ({ getContext: <T>() => carrier as T, getData: <T>() => undefined as T }),
    switchToWs: () => ({
      getClient: <T>() => carrier as T,
      getData: <T>() => undefined as T,
      getPattern: () => '',
    }),
  };
  // All of it is there.
  return context as ExecutionContext;
}

async function answer(cache: unknown, asked: Asked): Promise<unknown> {
  return answerBy(new CacheInterceptor(cache, new Reflector()), asked);
}

async function answerBy(interceptor: CacheInterceptor, asked: Asked): Promise<unknown> {
  const { handle = () => of(++runs) } = asked;
  return lastValueFrom(await interceptor.intercept(contextOf(asked), { handle }));
}

describe('outside HTTP', () => {
  it('caches messages under the key of the handler, and none without', async () => {
    const cache = await openCache();
    const keyed: Asked = { kind: 'rpc', method: 'keyed' };
    expect([await answer(cache, keyed), await answer(cache, keyed)]).toEqual([1, 1]);
    const plain: Asked = { kind: 'rpc', method: 'plain' };
    expect([await answer(cache, plain), await answer(cache, plain)]).toEqual([2, 3]);
  });

  it('tells sockets apart by who is behind them', async () => {
    const cache = await openCache();
    const ask = (token: string) =>
      answer(cache, {
        kind: 'ws',
        method: 'keyed',
        carrier: { handshake: { headers: { authorization: token }, auth: {} } },
      });
    expect([await ask('anna'), await ask('ben'), await ask('anna')]).toEqual([1, 2, 1]);
    const user = (id: number) => answer(cache, { kind: 'ws', method: 'keyed', carrier: { user: { id } } });
    expect([await user(1), await user(2), await user(1)]).toEqual([3, 4, 3]);
  });

  it.each<[what: string, kind: Asked['kind'], carrierOf: (who: string) => object]>([
    ['messages by the metadata of gRPC', 'rpc', (who) => ({ getMap: () => ({ authorization: who }) })],
    ['messages by the headers of NATS', 'rpc', (who) => ({ getHeaders: () => new Map([['x-user', [who]]]) })],
    [
      'messages by the headers of Kafka',
      'rpc',
      (who) => ({ getMessage: () => ({ headers: { token: who } }) }),
    ],
    [
      'resolvers by the user in their context',
      'graphql',
      (who) => ({ req: { headers: {} }, user: { id: who } }),
    ],
    [
      'resolvers by the currentUser in their context',
      'graphql',
      (who) => ({ req: { headers: {} }, currentUser: { id: who } }),
    ],
  ])('tells %s', async (...[, kind, carrierOf]) => {
    const cache = await openCache();
    const ask = (who: string) => answer(cache, { kind, method: 'keyed', carrier: carrierOf(who) });
    expect([await ask('anna'), await ask('ben'), await ask('anna')]).toEqual([1, 2, 1]);
  });

  it('keeps nothing for a socket that shows neither a handshake nor a user', async () => {
    const cache = await openCache();
    const bare: Asked = { kind: 'ws', method: 'keyed', carrier: { send: () => undefined } };
    expect([await answer(cache, bare), await answer(cache, bare)]).toEqual([1, 2]);
  });
});

describe('a user who is known late', () => {
  /** Asks as nobody in particular; who it is comes to light before the handler runs. */
  function late(who: string): Asked {
    const carrier: { headers: object; user?: object } = { headers: {} };
    const handle = () =>
      defer(async () => {
        await settle();
        carrier.user = { id: who };
        return `for ${who}`;
      });
    return { kind: 'http', method: 'keyed', carrier, handle };
  }

  it('leaves nothing behind for others', async () => {
    const cache = await openCache();
    expect(await answer(cache, late('anna'))).toBe('for anna');
    await settle();
    expect(await cache.get('keyed')).toBeUndefined();
    expect(await answer(cache, late('ben'))).toBe('for ben');
  });

  it('shares nothing with those who wait', async () => {
    const interceptor = new CacheInterceptor(await openCache(), new Reflector());
    const answers = ['anna', 'ben'].map((who) => answerBy(interceptor, late(who)));
    expect(await Promise.all(answers)).toEqual(['for anna', 'for ben']);
  });
});

describe('a client who leaves', () => {
  it('takes none of those down who wait for the same: one of them runs the handler for all', async () => {
    const interceptor = new CacheInterceptor(await openCache(), new Reflector());
    const response = { destroyed: false };
    const ask = (handle: () => Observable<unknown>, of = {}) =>
      answerBy(interceptor, {
        kind: 'http',
        method: 'keyed',
        carrier: { headers: {} },
        response: of,
        handle,
      });
    const failing = () =>
      defer(async () => {
        await settle();
        response.destroyed = true;
        throw new Error('aborted');
      });
    const left = ask(failing, response);
    const others = [1, 2, 3].map(() => ask(() => from(settle().then(() => ++runs))));
    await expect(left).rejects.toThrow('aborted');
    expect(await Promise.all(others)).toEqual([1, 1, 1]);
  });

  it('is none who is still there: those who wait get the error of his run', async () => {
    const interceptor = new CacheInterceptor(await openCache(), new Reflector());
    const handle = () =>
      defer(async () => {
        await settle();
        throw new Error(`run ${++runs}`);
      });
    const asked: Asked = { kind: 'rpc', method: 'keyed', handle };
    const answers = [1, 2].map(() => answerBy(interceptor, asked));
    for (const each of answers) await expect(each).rejects.toThrow('run 1');
  });
});

describe('a cache that is not ours, such as that of a test', () => {
  const keyed: Asked = { kind: 'rpc', method: 'keyed' };

  it('may answer null for a miss', async () => {
    const set = jest.fn(async () => undefined);
    expect(await answer({ get: async () => null, set }, keyed)).toBe(1);
    expect(set).toHaveBeenCalledWith('keyed', 1);
    expect(await answer({ get: async () => 'kept', set }, keyed)).toBe('kept');
  });

  it('may fail to find and to keep, which is logged and harms no answer', async () => {
    const logged = jest.spyOn(Logger, 'error').mockImplementation(() => undefined);
    const fail = async (): Promise<never> => {
      throw new Error('the cache is down');
    };
    expect(await answer({ get: fail, set: fail }, keyed)).toBe(1);
    expect(await answer({ get: async () => undefined, set: fail }, keyed)).toBe(2);
    await new Promise(setImmediate);
    expect(logged.mock.calls.map(([message]) => message)).toEqual([
      'Gateway.keyed: its answer could not be looked for in the cache: Error',
      'Gateway.keyed: its answer could not be cached: Error',
    ]);
  });

  it('is logged without the key, in which there may be credentials', async () => {
    const logged = jest.spyOn(Logger, 'error').mockImplementation(() => undefined);
    class ByUrl extends CacheInterceptor {
      protected override trackBy(): string {
        return '/owls?token=secret';
      }
    }
    const fail = async (key: string): Promise<never> => {
      throw new Error(`the cache has lost ${key}`);
    };
    for (const get of [fail, async () => undefined])
      await answerBy(new ByUrl({ get, set: fail }, new Reflector()), keyed);
    await settle();
    expect(logged).toHaveBeenCalledTimes(2);
    expect(JSON.stringify(logged.mock.calls)).not.toContain('secret');
    expect(logged.mock.calls[0]?.[1]).toMatch(/^ {4}at .*interceptor\.spec/);
  });

  it('may be an override of the token', async () => {
    const testing = await Test.createTestingModule({ imports: [CacheModule.register()] })
      .overrideProvider(CACHE_MANAGER)
      .useValue({ get: async () => 'overridden' })
      .compile();
    const app = closeAfterTest(await testing.init());
    expect(await app.get<Cache>(CACHE_MANAGER).get('key')).toBe('overridden');
  });
});

describe('what a handler streams', () => {
  it('reaches the client value by value, and its last one is kept', async () => {
    const interceptor = new CacheInterceptor(await openCache(), new Reflector());
    const context = contextOf({ kind: 'rpc', method: 'keyed' });
    const ask = () => interceptor.intercept(context, { handle: () => of(1, 2, 3) });
    expect(await lastValueFrom((await ask()).pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await lastValueFrom((await ask()).pipe(toArray()))).toEqual([3]);
  });
});
