import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, UseInterceptors } from '@nestjs/common';
import {
  Args,
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import {
  type ClientProxy,
  ClientProxyFactory,
  MessagePattern,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CacheForEveryone, CacheInterceptor, CacheKey, CacheTTL } from 'nuthatch';
import { firstValueFrom, interval, map, of, take, toArray } from 'rxjs';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { closeApps } from '../nest/open-app.js';
import { openSite, type Site } from './open-http.js';

afterEach(closeApps);

const calls = { owl: 0, nest: 0, rename: 0, who: 0 };
beforeEach(() => Object.assign(calls, { owl: 0, nest: 0, rename: 0, who: 0 }));

@ObjectType()
class Nest {
  @Field(() => String)
  tree!: string;
}

@ObjectType()
class Bird {
  @Field(() => String)
  name!: string;
  @Field(() => Nest)
  nest?: Nest;
}

@Resolver(() => Bird)
@UseInterceptors(CacheInterceptor)
class Birds {
  @Query(() => Bird)
  @CacheTTL('1m')
  bird(@Args('name', { type: () => String }) name: string): Bird {
    calls.owl += 1;
    const bird = new Bird();
    bird.name = `${name} ${calls.owl}`;
    return bird;
  }

  @Mutation(() => Bird)
  rename(@Args('name', { type: () => String }) name: string): Bird {
    calls.rename += 1;
    return { name };
  }

  @ResolveField(() => Nest)
  nest(@Parent() { name }: Bird): Nest {
    calls.nest += 1;
    return { tree: `tree of ${name}` };
  }
}

function openGraphql(): Promise<Site> {
  return openSite({
    imports: [
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        fieldResolverEnhancers: ['interceptors'],
      }),
    ],
    providers: [Birds],
  });
}

async function query(
  site: Site,
  text: string,
  { variables, user }: { variables?: object; user?: string } = {},
) {
  const headers = { 'content-type': 'application/json', ...(user !== undefined && { authorization: user }) };
  const reply = await site.ask('/graphql', {
    method: 'POST',
    headers,
    body: JSON.stringify({ query: text, variables }),
  });
  const { data, errors } = reply.body as { data: unknown; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

describe('in GraphQL, the interceptor', () => {
  const text = 'query bird($name: String!) { bird(name: $name) { name nest { tree } } }';

  it('keeps a query by its document and variables, and by who asks', async () => {
    const site = await openGraphql();
    const ask = (name: string, user?: string) =>
      query(site, text, { variables: { name }, ...(user && { user }) });
    const ann = { bird: { name: 'ann 1', nest: { tree: 'tree of ann 1' } } };
    expect([await ask('ann'), await ask('ann')]).toEqual([ann, ann]);
    expect(await ask('ben')).toMatchObject({ bird: { name: 'ben 2' } });
    expect(await ask('ann', 'a user')).toMatchObject({ bird: { name: 'ann 3' } });
    expect(await ask('ann', 'a user')).toMatchObject({ bird: { name: 'ann 3' } });
    expect(calls.owl).toBe(3);
  });

  it('tells the fields of one document apart', async () => {
    const site = await openGraphql();
    const two = '{ a: bird(name: "ann") { name } b: bird(name: "ann") { name } }';
    expect(await query(site, two)).toEqual({ a: { name: 'ann 1' }, b: { name: 'ann 2' } });
  });

  it('runs mutations, and fields further down, each time', async () => {
    const site = await openGraphql();
    const mutation = 'mutation { rename(name: "x") { name } }';
    await query(site, mutation);
    await query(site, mutation);
    await query(site, text, { variables: { name: 'ann' } });
    await query(site, text, { variables: { name: 'ann' } });
    expect(calls).toMatchObject({ rename: 2, owl: 1, nest: 2 });
  });
});

@Controller()
@UseInterceptors(CacheInterceptor)
class Messages {
  @MessagePattern('keyed')
  @CacheKey('keyed')
  keyed(@Payload() payload: unknown) {
    calls.owl += 1;
    return { payload, call: calls.owl };
  }

  @MessagePattern('function')
  @CacheKey(() => 'whatever comes')
  byFunction() {
    calls.owl += 1;
    return { call: calls.owl };
  }

  @MessagePattern('plain')
  plain() {
    calls.owl += 1;
    return { call: calls.owl };
  }

  @MessagePattern('many')
  @CacheKey('many')
  many() {
    calls.owl += 1;
    return of(1, 2, 3);
  }
}

async function openMessages(): Promise<ClientProxy> {
  const site = await openSite({ controllers: [Messages] });
  const service = site.app.connectMicroservice({
    transport: Transport.TCP,
    options: { port: 0, host: '127.0.0.1' },
  });
  await site.app.startAllMicroservices();
  const server = (service as unknown as { serverInstance: { server: { address(): AddressInfo } } })
    .serverInstance;
  const { port } = server.server.address();
  return ClientProxyFactory.create({ transport: Transport.TCP, options: { port, host: '127.0.0.1' } });
}

describe('of messages over TCP, the interceptor', () => {
  it('keeps those with a key, by what was sent, and streams as they are', async () => {
    const client = await openMessages();
    const send = (pattern: string, payload: unknown): Promise<unknown> =>
      firstValueFrom(client.send<unknown>(pattern, payload).pipe(toArray()));
    expect([await send('keyed', 1), await send('keyed', 1)]).toEqual(
      Array(2).fill([{ payload: 1, call: 1 }]),
    );
    expect(await send('keyed', 2)).toEqual([{ payload: 2, call: 2 }]);
    expect([await send('function', 1), await send('function', 2)]).toEqual(Array(2).fill([{ call: 3 }]));
    expect([await send('plain', 1), await send('plain', 1)]).toEqual([[{ call: 4 }], [{ call: 5 }]]);
    expect([await send('many', 1), await send('many', 1)]).toEqual(Array(2).fill([1, 2, 3]));
    expect(calls.owl).toBe(7);
    await client.close();
  });
});

@WebSocketGateway()
@UseInterceptors(CacheInterceptor)
class Gateway {
  @SubscribeMessage('personal')
  @CacheKey('personal')
  personal() {
    calls.owl += 1;
    return { event: 'personal', data: calls.owl };
  }

  @SubscribeMessage('keyed')
  @CacheKey('keyed')
  @CacheForEveryone()
  keyed(@MessageBody() payload: unknown) {
    calls.owl += 1;
    return { event: 'keyed', data: { payload, call: calls.owl } };
  }

  @SubscribeMessage('ticks')
  @CacheKey('ticks')
  @CacheForEveryone()
  ticks() {
    calls.owl += 1;
    return interval(1).pipe(
      take(2),
      map((tick) => ({ event: 'ticks', data: tick })),
    );
  }
}

describe('over a WebSocket, the interceptor', () => {
  it('keeps messages with a key, by what was sent, and lets streams pass', async () => {
    const site = await openSite({
      providers: [Gateway],
      prepare: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    });
    const socket = new WebSocket(`ws://127.0.0.1:${site.port}`);
    await new Promise((resolve) => socket.once('open', resolve));
    const send = (event: string, data: unknown, count = 1): Promise<unknown[]> =>
      new Promise((resolve) => {
        const come: unknown[] = [];
        const hear = (text: Buffer): void => {
          come.push((JSON.parse(text.toString()) as { data: unknown }).data);
          if (come.length < count) return;
          socket.off('message', hear);
          resolve(come);
        };
        socket.on('message', hear);
        socket.send(JSON.stringify({ event, data }));
      });
    expect([await send('keyed', 1), await send('keyed', 1)]).toEqual(
      Array(2).fill([{ payload: 1, call: 1 }]),
    );
    expect(await send('keyed', 2)).toEqual([{ payload: 2, call: 2 }]);
    expect([await send('ticks', 1, 2), await send('ticks', 1, 2)]).toEqual(Array(2).fill([0, 1]));
    expect(calls.owl).toBe(4);
    // Sockets of `ws` show nothing of their handshake, which may have carried credentials.
    expect([await send('personal', 1), await send('personal', 1)]).toEqual([[5], [6]]);
    socket.close();
  });
});
