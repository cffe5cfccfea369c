import { expect, it } from '@jest/globals';
import { type Bus, type BusMessage, systemClock } from 'nuthatch/engine';
import { describeWithRedis, startCluster, startRedis } from '../../../../test/support/redis-servers.js';
import { RedisHub } from '../hub.js';
import { resolveOptions } from '../resolve-options.js';
import type { BusOptions } from './options.js';
import { redisBus } from './redis-bus.js';

/** What a cache heard, and its bus. */
interface Ear {
  readonly bus: Bus;
  readonly heard: BusMessage[];
  readonly proofs: number[];
  readonly misses: string[];
  readonly failures: string[];
}

const SECRET = 'a secret that nobody knows';
let prefixes = 0;

const changed = (key: string, version = 1): BusMessage => ({ kind: 'changed', keys: [[key, version]] });

/** Who waits for something to be heard: they look whenever anything was. */
const looks = new Set<() => void>();

function until(what: () => boolean, withinMs = 15_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = systemClock.schedule(() => {
      looks.delete(look);
      reject(new Error(`not within ${withinMs} ms: ${what}`));
    }, withinMs);
    const look = (): void => {
      if (!what()) return;
      looks.delete(look);
      late.cancel();
      resolve();
    };
    looks.add(look);
    look();
  });
}

/** Keeps what was told. */
function keep<T>(told: T[], ...news: readonly T[]): void {
  told.push(...news);
  for (const look of looks) look();
}

/** A promise that the bus keeps from now on, not from before. */
async function nextProof(ear: Ear): Promise<void> {
  const now = systemClock.now();
  await until(() => (ear.proofs.at(-1) ?? -Infinity) >= now);
}

describeWithRedis()('the bus in Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  const open: Bus[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
  });

  /** A process of its own. */
  function processOf(keyPrefix: string, options: BusOptions = {}, where: object = { url: server.url }) {
    const factory = redisBus(
      new RedisHub(resolveOptions({ connectTimeout: '5s', ...where, keyPrefix }).hub),
      options,
    );
    return async (namespace = 'owls'): Promise<Ear> => {
      const ear = { heard: [], proofs: [], misses: [], failures: [] } as Omit<Ear, 'bus'>;
      const listener = {
        received: (messages: readonly BusMessage[]) => keep(ear.heard, ...messages),
        proven: (at: number) => keep(ear.proofs, at),
        missed: (reason: string) => keep(ear.misses, reason),
        failed: (operation: string, error: unknown) => keep(ear.failures, `${operation}: ${String(error)}`),
      };
      const bus = factory.create({ namespace, clock: systemClock, listener });
      open.push(bus);
      await bus.open();
      return { bus, ...ear };
    };
  }
  async function pair(options: BusOptions = {}): Promise<{ prefix: string; ann: Ear; bob: Ear }> {
    const prefix = `p${(prefixes += 1)}`;
    return { prefix, ann: await processOf(prefix, options)(), bob: await processOf(prefix, options)() };
  }
  const entries = async (prefix: string): Promise<number> =>
    Number(await server.cli('XLEN', `${prefix}:{bus}`));
  /** Cuts the connections that read. */
  async function cutReaders(): Promise<void> {
    const clients = (await server.cli('CLIENT', 'LIST'))
      .split('\n')
      .filter((line) => /cmd=(xread|evalsha|eval)\b/.test(line) && / flags=b/.test(line));
    for (const line of clients) await server.cli('CLIENT', 'KILL', 'ID', /id=(\d+)/.exec(line)?.[1] ?? '');
  }

  it('brings messages in the order in which they were published', async () => {
    const { ann, bob } = await pair();
    const keys = Array.from({ length: 500 }, (_, at) => `key-${at}`);
    for (const key of keys) {
      const sent = ann.bus.publish([changed(key, 7)]);
      if (key.endsWith('0')) await sent;
    }
    await until(() =>
      bob.heard.some(
        (message) => message.kind === 'changed' && message.keys.some(([key]) => key === 'key-499'),
      ),
    );
    expect(
      bob.heard.flatMap((message) => (message.kind === 'changed' ? message.keys.map(([key]) => key) : [])),
    ).toEqual(keys);
    expect([bob.misses, bob.failures, ann.heard]).toEqual([[], [], []]);
  });

  it('sums up what is published in one turn of the event loop in one entry', async () => {
    const { prefix, ann, bob } = await pair();
    await Promise.all([
      ann.bus.publish([changed('a', 2), { kind: 'released', keys: ['r'] }]),
      ann.bus.publish([changed('a', 5), changed('b', 1)]),
      ann.bus.publish([{ kind: 'published', event: 'moved', params: { id: 7n } }, changed('a', 3)]),
    ]);
    await until(() => bob.heard.length >= 4);
    expect(bob.heard).toEqual([
      {
        kind: 'changed',
        keys: [
          ['a', 5],
          ['b', 1],
        ],
      },
      { kind: 'released', keys: ['r'] },
      { kind: 'published', event: 'moved', params: { id: '7' } },
      { kind: 'changed', keys: [['a', 3]] },
    ]);
    expect(await entries(prefix)).toBe(1);
  });

  it('splits what is more than an entry takes, and refuses an event that alone is', async () => {
    const { prefix, ann, bob } = await pair({ maxEntryBytes: 2048 });
    const keys = Array.from({ length: 1000 }, (_, at): [string, number] => [`key "${at}"`, at]);
    await ann.bus.publish([{ kind: 'changed', keys }]);
    await until(
      () => bob.heard.flatMap((each) => (each.kind === 'changed' ? each.keys : [])).length === 1000,
    );
    expect(bob.heard.flatMap((each) => (each.kind === 'changed' ? each.keys : []))).toEqual(keys);
    expect(await entries(prefix)).toBeGreaterThan(8);
    const large = ann.bus.publish([{ kind: 'published', event: 'e', params: { text: 'x'.repeat(2048) } }]);
    await expect(large).rejects.toMatchObject({ code: 'bad_value' });
    expect([bob.misses, bob.failures]).toEqual([[], []]);
  });

  it('is heard by other caches of the name in the same process, not by other names, nor by the sender', async () => {
    const join = processOf(`p${(prefixes += 1)}`);
    const [ann, sister, other] = [await join(), await join(), await join('hawks')];
    await ann.bus.publish([changed('a')]);
    await until(() => sister.heard.length === 1);
    await Promise.all([nextProof(ann), nextProof(other)]);
    expect([ann.heard, other.heard]).toEqual([[], []]);
  });

  it('reads over one connection for all caches of a process', async () => {
    const join = processOf(`p${(prefixes += 1)}`);
    const before = (await server.cli('CLIENT', 'LIST')).split('\n').length;
    await join();
    const withOne = (await server.cli('CLIENT', 'LIST')).split('\n').length;
    await Promise.all(Array.from({ length: 5 }, (_, at) => join(`cache-${at}`)));
    expect((await server.cli('CLIENT', 'LIST')).split('\n').length).toBe(withOne);
    expect(withOne - before).toBe(2);
  });

  it('proves again and again, and never more than is true', async () => {
    const { bob } = await pair();
    await nextProof(bob);
    const from = bob.proofs.length;
    await until(() => bob.proofs.length >= from + 3);
    expect(
      bob.proofs.every((at, index) => at <= systemClock.now() && at >= (bob.proofs[index - 1] ?? 0)),
    ).toBe(true);
  });

  it('reads on where it was after its connection was cut, and misses nothing', async () => {
    const { ann, bob } = await pair();
    await ann.bus.publish([changed('before')]);
    await until(() => bob.heard.length === 1);
    await nextProof(bob);
    for (let at = 0; at < 10; at += 1) {
      await cutReaders();
      await ann.bus.publish([changed(`after-${at}`)]);
    }
    await until(() => bob.heard.length === 11);
    await nextProof(bob);
    expect(bob.misses).toEqual([]);
    expect(bob.failures.length).toBeGreaterThan(0);
  });

  it('says so where entries are gone that it has not read', async () => {
    const { prefix, ann, bob } = await pair();
    await ann.bus.publish([changed('before')]);
    await until(() => bob.heard.length === 1);
    // Nobody reads between the three.
    await server.cli(
      'EVAL',
      `redis.call('INCR', KEYS[2]) redis.call('XADD', KEYS[1], '*', 'n', 2) redis.call('XTRIM', KEYS[1], 'MAXLEN', 0) return 1`,
      '2',
      `${prefix}:{bus}`,
      `${prefix}:{bus}:n`,
    );
    await until(() => bob.misses.length === 1);
    await ann.bus.publish([changed('after')]);
    await until(() => bob.heard.length === 2);
    await nextProof(bob);
    expect(bob.misses).toEqual(['gap: entries of the bus are missing']);
  });

  it('says so where the next entry that comes is not the next', async () => {
    const { prefix, ann, bob } = await pair();
    await ann.bus.publish([changed('before')]);
    await until(() => bob.heard.length === 1);
    await server.cli('INCRBY', `${prefix}:{bus}:n`, '3');
    await ann.bus.publish([changed('after')]);
    await until(() => bob.heard.length === 2);
    await until(() => bob.misses.length > 0);
    const misses = bob.misses.length;
    await nextProof(bob);
    expect(bob.misses.length).toBe(misses);
  });

  it.each([
    ['the stream', ['{bus}'], 0],
    ['the counter', ['{bus}:n'], 1],
    ['the epoch', ['{bus}:epoch'], 1],
    ['everything', ['{bus}', '{bus}:n', '{bus}:epoch'], 1],
  ])('goes on after %s was deleted', async (_what, keys, misses) => {
    const { prefix, ann, bob } = await pair();
    await ann.bus.publish([changed('before')]);
    await until(() => bob.heard.length === 1);
    await server.cli('DEL', ...keys.map((key) => `${prefix}:${key}`));
    await until(() => bob.misses.length === misses);
    await nextProof(bob);
    await ann.bus.publish([changed('after')]);
    await until(() => bob.heard.length === 2);
    await nextProof(bob);
    expect(bob.misses.length).toBe(misses);
  });

  it('proves nothing while Redis stands still, fails to publish, and goes on after that', async () => {
    const { ann, bob } = await pair();
    await nextProof(bob);
    const asked = systemClock.now();
    server.pause();
    try {
      await expect(ann.bus.publish([changed('lost')])).rejects.toMatchObject({
        code: expect.stringMatching(/^store_/),
      });
      await until(() => bob.failures.length > 0);
      const [late, failures] = [bob.proofs.at(-1), bob.failures.length];
      // It has tried to connect again.
      await until(() => bob.failures.length > failures);
      expect(bob.proofs.at(-1)).toBe(late);
      expect(late).toBeLessThan(asked + 250);
    } finally {
      server.resume();
    }
    await nextProof(bob);
    await ann.bus.publish([changed('after')]);
    await until(() => JSON.stringify(bob.heard).includes('after'));
    expect(bob.misses).toEqual([]);
  });

  it('says so where Redis was restarted, and goes on', async () => {
    const own = await startRedis();
    const prefix = 'restarted';
    const where = { url: own.url };
    const [ann, bob] = [await processOf(prefix, {}, where)(), await processOf(prefix, {}, where)()];
    await ann.bus.publish([changed('before')]);
    await own.restart();
    await until(() => bob.misses.length === 1 && ann.misses.length === 1);
    await nextProof(bob);
    await until(() => ann.proofs.length > 0);
    await ann.bus.publish([changed('after')]);
    await until(() => JSON.stringify(bob.heard).includes('after'));
    expect(bob.misses.length).toBe(1);
    await own.kill();
    await expect(processOf(prefix, {}, where)()).rejects.toMatchObject({ code: 'store_failed' });
  });

  it('opens after it has failed to', async () => {
    const own = await startRedis();
    await own.kill();
    const join = redisBus(new RedisHub(resolveOptions({ url: own.url }).hub));
    const none = {
      received: () => undefined,
      proven: () => undefined,
      missed: () => undefined,
      failed: () => undefined,
    };
    const bus = join.create({ namespace: 'owls', clock: systemClock, listener: none });
    open.push(bus);
    await expect(bus.open()).rejects.toMatchObject({ code: 'store_failed' });
    await expect(bus.publish([changed('a')])).rejects.toMatchObject({ code: 'closed' });
    await own.restart();
    await bus.open();
    await bus.publish([changed('a')]);
  });

  it('does not apply what is none of its entries, says so, and counts it as missed', async () => {
    const { prefix, ann, bob } = await pair();
    await server.cli('XADD', `${prefix}:{bus}`, '*', 'hello', 'world');
    await until(() => bob.misses.length === 1);
    await ann.bus.publish([changed('after')]);
    await until(() => bob.heard.length === 1);
    await nextProof(bob);
    expect([bob.misses.length, bob.failures.length]).toEqual([1, 1]);
  });

  it('with a secret ignores what is forged or repeated, and misses nothing by it', async () => {
    const { prefix, ann, bob } = await pair({ secret: SECRET });
    const liar = await processOf(prefix, { secret: 'another secret than that' })();
    const plain = await processOf(prefix)();
    await liar.bus.publish([changed('forged')]);
    await plain.bus.publish([changed('forged')]);
    await server.cli('XADD', `${prefix}:{bus}`, '*', 'n', '999', 'p', 'junk');
    await ann.bus.publish([changed('true', 1)]);
    const copy = `local e = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][2] return redis.call('XADD', KEYS[1], '*', e[1], e[2], e[3], e[4])`;
    await server.cli('EVAL', copy, '1', `${prefix}:{bus}`);
    await ann.bus.publish([changed('true', 2)]);
    await until(() => bob.heard.length === 2);
    await nextProof(bob);
    expect(bob.heard).toEqual([changed('true', 1), changed('true', 2)]);
    expect(bob.misses).toEqual([]);
    expect(bob.failures.length).toBeGreaterThan(0);
  });

  it('moves to the server that takes over in a Cluster', async () => {
    const cluster = await startCluster({ nodeTimeout: 1000 });
    const where = { cluster: cluster.nodes.map(({ url }) => url) };
    const [ann, bob] = [await processOf('c', {}, where)(), await processOf('c', {}, where)()];
    await ann.bus.publish([changed('before')]);
    await until(() => bob.heard.length === 1);
    await nextProof(bob);
    const slot = await cluster.nodes[0]?.cli('CLUSTER', 'KEYSLOT', 'c:{bus}');
    expect(slot).toMatch(/^\d+$/);
    for (const node of cluster.nodes)
      if (
        (await node.cli('XLEN', 'c:{bus}').catch(String)) === '1' &&
        (await node.cli('ROLE')).startsWith('master')
      ) {
        await node.kill();
        break;
      }
    await until(() => bob.misses.length === 1 && ann.misses.length === 1, 25_000);
    await nextProof(bob);
    await until(() => ann.proofs.length > 0);
    await ann.bus.publish([changed('after')]);
    await until(() => JSON.stringify(bob.heard).includes('after'));
    expect(bob.misses.length).toBe(1);
  }, 60_000);
});
