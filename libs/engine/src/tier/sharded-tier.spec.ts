import { describe, expect, it } from '@jest/globals';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';
import { seededRandom } from '../kernel/random.js';
import type { Row } from '../store/backing-store.js';
import { shardedTier } from './sharded-tier.js';
import type { ShardedTierOptions } from './sharded-tier-options.js';
import type { SharedTier } from './shared-tier.js';
import { Wire } from '../../../../test/support/wire.js';

type NodeName = 'a' | 'b' | 'c';
const NAMES: readonly NodeName[] = ['a', 'b', 'c'];

function servers() {
  const clock = new FakeClock();
  const tiers = { a: new LocalTier(clock), b: new LocalTier(clock), c: new LocalTier(clock) };
  return { clock, tiers };
}

async function join(
  { clock, tiers }: ReturnType<typeof servers>,
  options: Omit<Partial<ShardedTierOptions>, 'nodes'> & { readonly only?: readonly NodeName[] } = {},
) {
  const { only = NAMES, ...rest } = options;
  const wires = { a: new Wire(tiers.a), b: new Wire(tiers.b), c: new Wire(tiers.c) };
  const suspected: string[] = [];
  const failures: string[] = [];
  const nodes = Object.fromEntries(only.map((name) => [name, wires[name]]));
  const factory = shardedTier({ nodes, hotKeys: false, random: seededRandom(1), ...rest });
  const tier = factory.create({
    namespace: 'birds',
    clock,
    suspect: (lost, reason) => suspected.push(`${lost}: ${reason}`),
    failed: (operation, error) => failures.push(`${operation}: ${String(error)}`),
  });
  await tier.open();
  return { tier, wires, suspected, failures, clock };
}

async function pair(options: Parameters<typeof join>[1] = {}) {
  const shared = servers();
  const [here, there] = [await join(shared, options), await join(shared, options)];
  /** The versions of a key on each node, as they are, whatever the processes think. */
  const at = async (name: NodeName) => {
    const probe = shared.tiers[name].create({
      namespace: 'birds',
      clock: shared.clock,
      suspect: () => undefined,
      failed: () => undefined,
    });
    await probe.open();
    return probe;
  };
  return { ...shared, here, there, at, pass: (by: number) => shared.clock.advanceAsync(by) };
}

const BASE = Date.UTC(2026, 0, 1) * 1024;

function row(key: string, version: number, expiresAt?: number): Row {
  return { key, value: `"${key} ${version}"`, expiresAt, version: BASE + version * 1_100_000, tags: [] };
}

const valueOf = async (tier: SharedTier, key: string) => (await tier.get(key)).row?.value;

/** A key whose own node is `home`. */
async function keyOn(home: NodeName, at: (name: NodeName) => Promise<SharedTier>, tier: SharedTier) {
  const probe = await at(home);
  for (let number = 0; ; number++) {
    const key = `key ${number}`;
    await tier.put([row(key, 0)]);
    if ((await probe.get(key)).row !== undefined) return key;
  }
}

/** Three processes, of which some can not reach node `a` at times, or leave, and others come. */
async function crowd(seed: number) {
  const random = seededRandom(seed);
  const draw = (count: number): number => Math.floor(random.next() * count);
  const { here, there, pass, at, ...shared } = await pair();
  const members = [here, there, await join(shared)];
  const keys = [await keyOn('a', at, here.tier), await keyOn('b', at, here.tier)];
  const counts = { current: 0, old: 0, refused: 0 };
  const one = () => members[draw(3)] ?? here;
  const disturb = async (): Promise<void> => {
    const { a } = one().wires;
    if (draw(60) === 0) a.isCut = !a.isCut;
    if (draw(200) > 0) return;
    const leaving = draw(3);
    await members[leaving]?.tier.close();
    members[leaving] = await join(shared);
  };
  /** What everybody has forgotten since is not shown by a cache: only what was written just now counts. */
  const exchange = async (step: number): Promise<void> => {
    const key = keys[draw(2)] ?? '';
    const version = Math.floor(shared.clock.wallNow() * 1024) + step;
    const kept = await one()
      .tier.put([{ ...row(key, 0), version }])
      .catch(() => []);
    if (kept[0] !== version) return;
    for (const { tier } of members) {
      const read = await tier.get(key).catch(() => undefined);
      if (read === undefined) counts.refused++;
      else if (read.row?.version === version) counts.current++;
      else counts.old++;
    }
  };
  return { disturb, exchange, counts, pass: () => pass(20 + draw(60)) };
}

describe('a sharded tier', () => {
  it('keeps each key on one node, the same for every process', async () => {
    const { here, there, at } = await pair();
    const keys = Array.from({ length: 60 }, (_, number) => `key ${number}`);
    await here.tier.put(keys.map((key) => row(key, 1)));
    const found = await there.tier.getMany(keys);
    expect(found.map((read) => read.row?.key)).toEqual(keys);
    const counts = await Promise.all(
      NAMES.map(async (name) => (await (await at(name)).getMany(keys)).filter((read) => read.row).length),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(60);
    expect(Math.min(...counts)).toBeGreaterThan(5);
  });

  it('answers the versions of writes and deletions in their order', async () => {
    const { here } = await pair();
    const rows = Array.from({ length: 9 }, (_, number) => row(`key ${number}`, number + 1));
    expect(await here.tier.put(rows)).toEqual(rows.map(({ version }) => version));
    expect(await here.tier.put([row('key 5', 1)])).toEqual([row('', 6).version]);
    const deletions = rows.map(({ key, version }) => ({ key, version: version + 1 }));
    expect(await here.tier.delete(deletions)).toEqual(deletions.map(({ version }) => version));
    expect(await here.tier.put([row('twice', 1), row('twice', 2)])).toEqual([
      row('', 1).version,
      row('', 2).version,
    ]);
  });

  it('remembers invalidations everywhere, and merges what nodes answer', async () => {
    const { here, there, at } = await pair();
    await here.tier.invalidate([{ scope: 'tag', name: 'owls', version: 3 }]);
    await (await at('b')).invalidate([{ scope: 'tag', name: 'owls', version: 5 }]);
    await (await at('c')).invalidate([{ scope: 'prefix', name: 'x', version: 4 }]);
    expect(await there.tier.invalidations()).toEqual([
      { scope: 'prefix', name: 'x', version: 4 },
      { scope: 'tag', name: 'owls', version: 5 },
    ]);
  });

  it('scans every entry once, and clears all nodes', async () => {
    const { here, there } = await pair();
    const keys = Array.from({ length: 20 }, (_, number) => `key ${number}`);
    await here.tier.put(keys.map((key) => row(key, 1)));
    const scanned = async () => {
      const found: string[] = [];
      for await (const rows of there.tier.scan()) found.push(...rows.map(({ key }) => key));
      return found.sort();
    };
    expect(await scanned()).toEqual([...keys].sort());
    await here.tier.clear();
    expect(await scanned()).toEqual([]);
  });

  it('leases and fills at the node of the key', async () => {
    const { here, there } = await pair();
    const claim = await here.tier.claim('owl', { seen: '', leaseMs: 1000 });
    expect((await there.tier.claim('owl', { seen: '', leaseMs: 1000 })).busyMs).toBe(1000);
    expect(await here.tier.fill(row('owl', 1), claim)).toBe('awaited');
    expect(await valueOf(there.tier, 'owl')).toBe('"owl 1"');
  });

  it('throws what a node throws until it is ejected, and answers for its keys as for none in getMany', async () => {
    const { here, at } = await pair();
    const [onA, onB] = [await keyOn('a', at, here.tier), await keyOn('b', at, here.tier)];
    here.wires.a.isCut = true;
    await expect(here.tier.get(onA)).rejects.toThrow('the node "a" failed to get: cut');
    const reads = await here.tier.getMany([onA, onB]);
    expect(reads.map((read) => read.row?.key)).toEqual([undefined, onB]);
    expect(here.failures.join()).toMatch('cut');
  });

  it('uses a single node as it is', async () => {
    const shared = servers();
    const { tier, wires, suspected } = await join(shared, { only: ['a'] });
    wires.a.isCut = true;
    for (let time = 0; time < 5; time++) await expect(tier.get('owl')).rejects.toThrow('cut');
    wires.a.isCut = false;
    await tier.put([row('owl', 1)]);
    expect([await valueOf(tier, 'owl'), suspected]).toEqual(['"owl 1"', []]);
    await tier.close();
    expect(shared.clock.timers).toBe(0);
  });
});

describe('a node that fails', () => {
  it('is ejected for every process, whoever fails at it, and comes back for all of them', async () => {
    const { here, there, pass, at } = await pair();
    const key = await keyOn('a', at, here.tier);
    here.wires.a.isCut = true;
    await pass(1000);
    expect([here.suspected, there.suspected]).toEqual([
      ['all: the node a was ejected'],
      ['all: the node a was ejected'],
    ]);
    await pass(2000);
    await here.tier.put([row(key, 2)]);
    expect(await valueOf(there.tier, key)).toBe(`"${key} 2"`);
    expect(await valueOf(await at('a'), key)).toBe(`"${key} 0"`);
    here.wires.a.isCut = false;
    await pass(10_000);
    expect(here.suspected.at(-1)).toBe('all: the node a is back');
    expect(there.suspected).toEqual(here.suspected);
    await there.tier.put([row(key, 3)]);
    expect(await valueOf(await at('a'), key)).toBe(`"${key} 3"`);
  });

  it('is never used at one place by one process while another uses the other place', async () => {
    const { here, there, pass, at } = await pair();
    const key = await keyOn('a', at, here.tier);
    let version = 1;
    /** Writes by one process and reads by the other; the answer is what was read, or nothing where either was refused. */
    const exchange = async (from: SharedTier, to: SharedTier): Promise<string | undefined> => {
      const written = row(key, (version += 1));
      const isWritten = await from.put([written]).then(
        () => true,
        () => false,
      );
      if (!isWritten) return undefined;
      return to.get(key).then(
        (read) => (read.row?.value === written.value ? 'current' : 'old'),
        () => undefined,
      );
    };
    const seen: (string | undefined)[] = [];
    const watch = async (forMs: number): Promise<void> => {
      for (let passed = 0; passed < forMs; passed += 50) {
        await pass(50);
        seen.push(await exchange(here.tier, there.tier), await exchange(there.tier, here.tier));
      }
    };
    await watch(500);
    here.wires.a.isCut = true;
    await watch(6000);
    here.wires.a.isCut = false;
    await watch(8000);
    there.wires.a.isCut = true;
    await watch(6000);
    there.wires.a.isCut = false;
    await watch(8000);
    expect(seen).not.toContain('old');
    expect(here.suspected).toHaveLength(4);
    expect(seen.filter((what) => what === 'current').length).toBeGreaterThan(seen.length / 2);
  });

  it('is not away for who comes after it is back, and finds an old mark', async () => {
    const { here, pass, at, ...shared } = await pair();
    const key = await keyOn('a', at, here.tier);
    here.wires.a.isCut = true;
    await pass(5000);
    here.wires.a.isCut = false;
    await pass(7000);
    const late = await join(shared);
    await expect(late.tier.get(key)).rejects.toMatchObject({ code: 'store_down' });
    for (let passed = 0; passed < 6000; passed += 50) {
      await pass(50);
      const written = row(key, 10 + passed);
      await here.tier.put([written]);
      const read = await late.tier.get(key).catch(() => undefined);
      if (read !== undefined) expect(read.row?.value).toBe(written.value);
    }
    expect(await valueOf(late.tier, key)).toBeDefined();
    expect(late.suspected).toEqual([]);
  });

  it('is away for who comes meanwhile, without everything being forgotten again', async () => {
    const { here, pass, at, ...shared } = await pair();
    const key = await keyOn('a', at, here.tier);
    shared.tiers.a.down();
    await pass(6000);
    await here.tier.put([row(key, 2)]);
    const late = await join(shared);
    await pass(3000);
    expect(await valueOf(late.tier, key)).toBe(`"${key} 2"`);
    expect(late.suspected).toEqual([]);
    expect(await late.tier.invalidations()).toEqual([]);
  });

  it('keeps the keys of the others from being used while nobody tells of them', async () => {
    const { here, tiers, pass, at } = await pair({ only: ['a', 'b'] });
    const key = await keyOn('a', at, here.tier);
    tiers.b.hang();
    await pass(900);
    const asked = here.tier.get(key).catch((error: unknown) => String(error));
    await pass(700);
    expect(await asked).toMatch('no other node tells whether the node "a"');
    await pass(5000);
    expect(await valueOf(here.tier, key)).toBe(`"${key} 0"`);
  });

  it('is back when the process is gone that failed at it', async () => {
    const { here, there, pass, at } = await pair();
    const key = await keyOn('a', at, here.tier);
    here.wires.a.isCut = true;
    await pass(5000);
    await here.tier.close();
    await pass(6000);
    await there.tier.put([row(key, 2)]);
    expect(await valueOf(await at('a'), key)).toBe(`"${key} 2"`);
  });

  it.each([1, 2, 3, 4, 5, 6])('never shows a process what another has overtaken, seed %i', async (seed) => {
    const { disturb, exchange, counts, pass } = await crowd(seed);
    for (let step = 1; step <= 500; step++) {
      await pass();
      await disturb();
      await exchange(step);
    }
    expect(counts.old).toBe(0);
    expect(counts.current).toBeGreaterThan(300);
    expect(counts.refused).toBeGreaterThan(0);
  });

  it('has its keys refused while processes may disagree', async () => {
    const { here, there, pass, at } = await pair();
    const key = await keyOn('a', at, here.tier);
    here.wires.a.isCut = true;
    await pass(1000);
    await expect(here.tier.put([row(key, 1)])).rejects.toMatchObject({ code: 'store_down' });
    await expect(there.tier.get(key)).rejects.toThrow(/the node "a" was ejected just now/);
  });

  it('is ejected where it hangs', async () => {
    const { here, tiers, pass } = await pair();
    tiers.b.hang();
    await pass(5000);
    expect(here.suspected).toEqual(['all: the node b was ejected']);
    const reads = await here.tier.getMany(Array.from({ length: 30 }, (_, number) => `key ${number}`));
    expect(reads).toHaveLength(30);
  });

  it('is not ejected by a process that reaches no node', async () => {
    const { here, there, pass } = await pair();
    for (const name of NAMES) here.wires[name].isCut = true;
    await pass(5000);
    await expect(here.tier.get('owl')).rejects.toMatchObject({ code: 'store_down' });
    expect([here.suspected, there.suspected]).toEqual([[], []]);
    for (const name of NAMES) here.wires[name].isCut = false;
    await pass(5000);
    expect((await here.tier.get('owl')).row).toBeUndefined();
  });

  it('leaves the other one of two to be used', async () => {
    const { here, tiers, pass } = await pair({ only: ['a', 'b'] });
    tiers.a.down();
    await pass(5000);
    const keys = Array.from({ length: 20 }, (_, number) => `key ${number}`);
    await here.tier.put(keys.map((key) => row(key, 1)));
    expect((await here.tier.getMany(keys)).every((read) => read.row !== undefined)).toBe(true);
    tiers.a.up();
    await pass(10_000);
    expect(here.suspected.at(-1)).toBe('all: the node a is back');
  });

  it('fences what was claimed before it was ejected', async () => {
    const { here, pass, at } = await pair();
    const key = await keyOn('a', at, here.tier);
    await here.tier.delete([{ key, version: row('', 1).version }]);
    await pass(61_000);
    const claim = await here.tier.claim(key, { seen: '', leaseMs: 60_000 });
    expect(claim.stamp).toBe('');
    here.wires.a.isCut = true;
    await pass(5000);
    expect(await here.tier.fill(row(key, 2), claim)).toBe('fenced');
    const anew = await here.tier.claim(key, { seen: '', leaseMs: 1000 });
    expect(await here.tier.fill(row(key, 2), anew)).toBe('filled');
  });

  it('that cannot be opened is ejected, and everything before is invalidated', async () => {
    const shared = servers();
    shared.tiers.a.down();
    const { tier, suspected, clock } = await join(shared);
    expect(suspected).toEqual(['all: the node a was ejected']);
    const [everything] = await tier.invalidations();
    expect(everything).toMatchObject({ scope: 'prefix', name: '' });
    expect(everything?.version).toBeGreaterThanOrEqual(clock.wallNow() * 1024);
  });

  it('keeps a tier from being opened where all of them do', async () => {
    const shared = servers();
    for (const name of NAMES) shared.tiers[name].down();
    await expect(join(shared)).rejects.toThrow('failed to open');
  });

  it('is not asked the time', async () => {
    const { here, wires, pass } = await pair().then((all) => ({ ...all, wires: all.here.wires }));
    wires.a.isCut = true;
    expect(await here.tier.time()).toBe(here.clock.wallNow());
    await pass(100);
  });
});

describe('a hot key', () => {
  const HOT = { hotKeys: { threshold: 5, window: '1s' }, replicas: 3, copyLife: '1s' } as const;

  async function heat(tier: SharedTier, key: string): Promise<void> {
    for (let time = 0; time < 60; time++) await tier.get(key);
    await settle();
  }

  it('is read from copies on other nodes', async () => {
    const { here, at, tiers } = await pair(HOT);
    const key = await keyOn('a', at, here.tier);
    await heat(here.tier, key);
    const [onB, onC] = [await (await at('b')).get(key), await (await at('c')).get(key)];
    expect([onB.row?.value, onC.row?.value]).toEqual([`"${key} 0"`, `"${key} 0"`]);
    const before = NAMES.map((name) => tiers[name].calls);
    await heat(here.tier, key);
    const asked = NAMES.map((name, index) => tiers[name].calls - (before[index] ?? 0));
    expect(Math.min(...asked)).toBeGreaterThan(10);
    expect(Math.max(...asked)).toBeLessThan(40);
  });

  it('is written and deleted at the copies that the writer knows of', async () => {
    const { here, at } = await pair(HOT);
    const key = await keyOn('a', at, here.tier);
    await heat(here.tier, key);
    await here.tier.put([row(key, 2)]);
    for (let time = 0; time < 20; time++) expect(await valueOf(here.tier, key)).toBe(`"${key} 2"`);
    await here.tier.delete([{ key, version: row('', 3).version }]);
    for (let time = 0; time < 20; time++) expect(await valueOf(here.tier, key)).toBeUndefined();
  });

  it('is no older than a copy lives where a process writes that does not know it is hot', async () => {
    const { here, there, at, pass } = await pair(HOT);
    const key = await keyOn('a', at, here.tier);
    await heat(here.tier, key);
    await there.tier.put([row(key, 2)]);
    await pass(999);
    await heat(here.tier, key);
    await pass(1);
    for (let time = 0; time < 20; time++) expect(await valueOf(here.tier, key)).toBe(`"${key} 2"`);
  });

  it('is not read from what former times have left on another node', async () => {
    const { here, at } = await pair(HOT);
    const key = await keyOn('a', at, here.tier);
    await (await at('b')).put([row(key, -5)]);
    await (await at('c')).put([row(key, -5)]);
    for (let time = 0; time < 30; time++) expect(await valueOf(here.tier, key)).toBe(`"${key} 0"`);
  });

  it('is read with others in one call', async () => {
    const { here, at } = await pair(HOT);
    const keys = [await keyOn('a', at, here.tier), await keyOn('b', at, here.tier)];
    for (let time = 0; time < 40; time++)
      expect((await here.tier.getMany(keys)).map((read) => read.row?.key)).toEqual(keys);
  });
});

describe('the options of a sharded tier', () => {
  it('are refused all at once', () => {
    const wrong = { nodes: {}, replicas: 0, timeout: 'soon', bus: 'x', hot: 1 };
    expect(() => shardedTier(wrong)).toThrow(
      /no option hot[\s\S]*nodes must be tiers[\s\S]*replicas must[\s\S]*timeout must[\s\S]*bus must/,
    );
  });

  it('name a node that is no tier', () => {
    // @ts-expect-error not a tier
    expect(() => shardedTier({ nodes: { a: 5 } })).toThrow('nodes.a must be a shared tier');
  });

  it('take the bus of the first node by name, or of another', () => {
    const { tiers } = servers();
    const nodes = { b: tiers.b, a: { tier: tiers.a, weight: 2 } };
    expect(shardedTier({ nodes }).bus).toBe(tiers.a.bus);
    expect(shardedTier({ nodes, bus: 'b' }).bus).toBe(tiers.b.bus);
    expect(shardedTier({ nodes, bus: tiers.c.bus }).bus).toBe(tiers.c.bus);
  });
});

it('says that a part of it may fail alone', async () => {
  const { tier } = await join(servers());
  expect(tier.isSpread).toBe(true);
});
