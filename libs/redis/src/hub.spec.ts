import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { SharedTier } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { describeWithRedis, type RedisServer, startRedis } from '../../../test/support/redis-servers.js';
import { endNow, type RedisClient } from './client.js';
import { RedisHub } from './hub.js';
import type { RedisOptions } from './options.js';
import { resolveOptions } from './resolve-options.js';
import { RedisTier } from './tier.js';

const ROW = { key: 'owl', value: 'hoo', expiresAt: undefined, version: 1, tags: [] } as const;

describeWithRedis()('the connection to Redis', () => {
  let server: RedisServer;
  let hubs: RedisHub[];
  let suspicions: (readonly [lost: string, reason: string])[];

  beforeEach(async () => {
    server = await startRedis();
    hubs = [];
    suspicions = [];
  });
  afterEach(async () => {
    for (const hub of hubs) hub.close(hub);
    await server.stop();
  });

  function hubOf(options: Partial<RedisOptions> = {}): RedisHub {
    const source = options.client === undefined ? { url: server.url } : {};
    const hub = new RedisHub(resolveOptions({ ...source, connectTimeout: '10s', ...options }).hub);
    hub.onSuspect((...suspicion) => void suspicions.push(suspicion));
    hubs.push(hub);
    return hub;
  }

  function tierOver(hub: RedisHub): SharedTier {
    const context = {
      namespace: 'birds',
      clock: new FakeClock(),
      suspect: () => undefined,
      failed: () => undefined,
    };
    return new RedisTier(hub, context, undefined);
  }

  async function open(options: Partial<RedisOptions> = {}) {
    const hub = hubOf(options);
    await hub.open(hub);
    return { hub, tier: tierOver(hub) };
  }

  /** Resolves when the connection was lost and made again. */
  async function reconnected(hub: RedisHub, lose: () => unknown): Promise<void> {
    return reconnectedOf(hub.commands, lose);
  }

  async function reconnectedOf(client: RedisClient, lose: () => unknown): Promise<void> {
    // What it says of failed attempts is of no interest here, and would reject `once` of node:events.
    const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
    await lose();
    await ready;
  }

  it('is refused with the reason where nobody answers, and made when it is asked for again', async () => {
    const port = server.port;
    await server.kill();
    const hub = hubOf();
    await expect(hub.open(hub)).rejects.toMatchObject({
      code: 'store_failed',
      message: `Redis cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    expect(() => hub.commands).toThrow('closed');
    await server.restart();
    await hub.open(hub);
    expect(await hub.commands.ping()).toBe('PONG');
  });

  it('is refused within connectTimeout where the server is frozen', async () => {
    server.pause();
    const hub = hubOf({ connectTimeout: 50 });
    await expect(hub.open(hub)).rejects.toMatchObject({
      code: 'store_failed',
      message: 'Redis cannot be reached: not ready within 50 ms (connectTimeout); it does not answer',
    });
    server.resume();
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'WRONGPASS'],
    ['no password', {}, 'NOAUTH'],
  ])('is refused with the reason for %s, and shows none', async (_, login, why) => {
    await server.restart(['--requirepass', 'hunter2']);
    const hub = hubOf({ url: `redis://127.0.0.1:${server.port}`, ...login });
    await expect(hub.open(hub)).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining(why) as string,
    });
    await expect(hub.open(hub)).rejects.not.toThrow(/hunter2|wrong\b/);
  });

  it('is refused to a replica', async () => {
    const master = await startRedis();
    await server.cli('REPLICAOF', '127.0.0.1', `${master.port}`);
    const hub = hubOf();
    await expect(hub.open(hub)).rejects.toThrow(
      `the Redis server 127.0.0.1:${server.port} is a replica, which takes no writes`,
    );
  });

  it('is shared by all who have opened it, and ends with the last', async () => {
    const hub = hubOf();
    const [one, other] = [{}, {}];
    await Promise.all([hub.open(one), hub.open(other), hub.open(one)]);
    hub.close(one);
    const client = hub.commands;
    expect(await client.ping()).toBe('PONG');
    hub.close({});
    expect(await hub.commands.ping()).toBe('PONG');
    hub.close(other);
    expect(() => hub.commands).toThrow('the connection to Redis is closed');
    await once(client, 'end');
  });

  describe('what may be lost', () => {
    it('is nothing where only the connection was cut', async () => {
      const { hub } = await open();
      await reconnected(hub, () => server.cli('CLIENT', 'KILL', 'TYPE', 'normal'));
      await hub.commands.ping();
      expect(suspicions).toEqual([]);
    });

    it('is everything where the server has started anew, and that is told before anything is answered', async () => {
      const { hub } = await open();
      await reconnected(hub, () => server.restart());
      await hub.commands.ping();
      expect(suspicions).toEqual([['all', `127.0.0.1:${server.port} has been started anew`]]);
    });

    it('is what was written last where the history of writes is another one', async () => {
      const { hub } = await open();
      const master = await startRedis();
      await server.cli('REPLICAOF', '127.0.0.1', `${master.port}`);
      while (!(await server.cli('INFO', 'replication')).includes('master_link_status:up'));
      await server.cli('REPLICAOF', 'NO', 'ONE');
      await reconnected(hub, () => server.cli('CLIENT', 'KILL', 'TYPE', 'normal'));
      await hub.commands.ping();
      expect(suspicions).toEqual([['recent', `127.0.0.1:${server.port} has taken over`]]);
    });

    it('is not told any more to those who are not interested', async () => {
      const { hub } = await open();
      const heard: unknown[] = [];
      hub.onSuspect((lost) => void heard.push(lost))();
      await reconnected(hub, () => server.restart());
      await hub.commands.ping();
      expect(heard).toEqual([]);
    });
  });

  describe('a command', () => {
    it('fails after commandTimeout where the server is frozen, and works again when it is not', async () => {
      const { hub, tier } = await open({ commandTimeout: 50 });
      await tier.put([ROW]);
      server.pause();
      await expect(tier.get('owl')).rejects.toMatchObject({
        code: 'store_timeout',
        message: 'Redis failed to read: Command timed out',
      });
      const failure: unknown = await tier.put([ROW]).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^store_/) as string });
      expect((failure as { cause: object }).cause).not.toHaveProperty('command');
      server.resume();
      await untilItAnswers(tier);
      expect(suspicions).toEqual([]);
      expect(await hub.commands.ping()).toBe('PONG');
    });

    it('fails at once where there is no connection', async () => {
      const { hub, tier } = await open();
      const client = hub.commands;
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      await server.kill();
      await closed;
      await expect(tier.get('owl')).rejects.toMatchObject({
        code: 'store_failed',
        message: expect.stringContaining('Redis cannot be reached') as string,
      });
    });

    it('fails with what the server says where its memory is full', async () => {
      const { tier } = await open();
      await server.cli('CONFIG', 'SET', 'maxmemory', '1');
      await expect(tier.put([ROW])).rejects.toMatchObject({
        code: 'store_failed',
        message: expect.stringMatching(/^Redis failed to put: OOM/) as string,
      });
    });

    it('fails on a master that has become a replica, and looks for the master again', async () => {
      const { hub, tier } = await open();
      const master = await startRedis();
      await server.cli('REPLICAOF', '127.0.0.1', `${master.port}`);
      await reconnected(hub, () =>
        expect(tier.put([ROW])).rejects.toThrow('Redis failed to put: READONLY You can'),
      );
    });

    it('does not tell what was wrong with an earlier connection', async () => {
      const { hub } = await open();
      const client = hub.commands;
      const asOwner = ['--no-auth-warning', '-a', 'secret'];
      await server.cli('CONFIG', 'SET', 'requirepass', 'secret');
      const refused = new Promise((resolve) => client.once('error', resolve));
      await server.cli(...asOwner, 'CLIENT', 'KILL', 'TYPE', 'normal');
      expect(String(await refused)).toContain('NOAUTH');
      await reconnectedOf(client, () => server.cli(...asOwner, 'CONFIG', 'SET', 'requirepass', ''));
      const lost = new Promise<void>((resolve) => client.once('close', () => resolve()));
      await server.cli('CLIENT', 'KILL', 'TYPE', 'normal');
      await lost;
      expect(() => hub.commands).toThrow(/the connection is in the state/);
    });

    it('is not sent a second time where the connection was lost before its answer', async () => {
      const { hub } = await open();
      const answer = hub.commands.blpop('nothing', 30);
      const outcome = answer.catch((error: unknown) => error);
      while (!(await server.cli('CLIENT', 'LIST')).includes('cmd=blpop'));
      await reconnected(hub, () => server.cli('CLIENT', 'KILL', 'TYPE', 'normal'));
      expect(await outcome).toBeInstanceOf(Error);
      expect(await server.cli('CLIENT', 'LIST')).not.toContain('cmd=blpop');
    });
  });

  it('is closed at once where the server is frozen', async () => {
    const { hub, tier } = await open();
    const client = hub.commands;
    server.pause();
    const outcome = tier.get('owl').catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    hub.close(hub);
    expect(await outcome).toMatchObject({ code: 'store_failed' });
    if (client.status !== 'end') await once(client, 'end');
    server.resume();
  });

  it('to the client of the user is left open, and its listeners are as before', async () => {
    const client = new Redis(server.port, '127.0.0.1');
    await once(client, 'ready');
    const before = client.listenerCount('ready');
    const { hub, tier } = await open({ client });
    await tier.put([ROW]);
    expect((await tier.get('owl')).row).toMatchObject(ROW);
    hub.close(hub);
    expect(client.listenerCount('ready')).toBe(before);
    expect(client.listenerCount('error')).toBe(0);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  it('for commands that block is another one, which waits for longer than commandTimeout', async () => {
    const { hub } = await open({ commandTimeout: 50 });
    const reader = hub.reader();
    await reader.connect();
    expect(await reader.blpop('nothing', 0.2)).toBeNull();
    endNow(reader);
    await once(reader, 'end');
  });
});

async function untilItAnswers(tier: SharedTier): Promise<void> {
  for (;;)
    try {
      await tier.get('owl');
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
}
