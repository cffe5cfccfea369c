import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cache, createCache, mapStore } from 'nuthatch/engine';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';

/** What one process sees of a key may be older than what was acknowledged by this much, whatever fails. */
const MOST_STALE_MS = 1000;
const KEYS = ['a:1', 'a:2', 'b:1'];
const TAG_OF: Readonly<Record<string, string>> = { 'a:1': 'one', 'a:2': 'two', 'b:1': 'one' };
const { NUTHATCH_RUNS = '150', NUTHATCH_SEED } = process.env;
const SEED = NUTHATCH_SEED === undefined ? Date.now() & 0x7fffffff : Number(NUTHATCH_SEED);

type Step =
  | { readonly does: 'read' | 'set' | 'delete'; readonly by: number; readonly key: string }
  | { readonly does: 'readMany' | 'clear' | 'namespace' | 'tag'; readonly by: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'down' | 'hang' | 'up' | 'cut' | 'mend' | 'forget' | 'lose' | 'failover' };

const by = fc.nat(2);
const key = fc.constantFrom(...KEYS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ does: fc.constant('read' as const), by, key }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('readMany' as const), by }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('set' as const), by, key }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('delete' as const), by, key }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('tag' as const, 'namespace' as const), by }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const), by }) },
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 300, 1200) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constantFrom('down', 'hang', 'up', 'up', 'cut', 'mend', 'mend', 'forget', 'lose', 'failover'),
    }) as fc.Arbitrary<Step>,
  },
);

/** The truth, and when which version of it was acknowledged. */
class Truth {
  readonly versions = new Map<string, number>(KEYS.map((each) => [each, 0]));
  readonly #acknowledged: { readonly key: string; readonly version: number; readonly at: number }[] = [];

  next(changed: string): number {
    const version = (this.versions.get(changed) ?? 0) + 1;
    this.versions.set(changed, version);
    return version;
  }

  acknowledge(changed: string, version: number, at: number): void {
    this.#acknowledged.push({ key: changed, version, at });
  }

  /** The oldest version that may be seen at a time. */
  floor(changed: string, at: number): number {
    const known = this.#acknowledged.filter((one) => one.key === changed && one.at < at - MOST_STALE_MS);
    return Math.max(0, ...known.map(({ version }) => version));
  }
}

async function run(steps: readonly Step[], isStored: boolean): Promise<string[]> {
  const clock = new FakeClock();
  const tier = new LocalTier(clock);
  const store = isStored ? mapStore() : undefined;
  const open = () =>
    createCache<number>({
      clock,
      sharedTier: tier,
      maxItems: 2,
      hardTimeout: '20s',
      ...(store && { store }),
    });
  const caches = await Promise.all([open(), open(), open()]);
  const truth = new Truth();
  const breaches: string[] = [];
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(Math.min(50, left));
      await settle();
    }
  };
  /** Lets time go by until it has ended. */
  const ended = async <T>(call: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = call.then(
      () => (isOver = true),
      () => (isOver = true),
    );
    for (let turn = 0; turn < 100 && !isOver; turn++) {
      await settle();
      if (!isOver) await pass(50);
    }
    if (!isOver) throw new Error('a call has not ended within five seconds');
    await over;
    return call;
  };
  const see = (which: string, version: number | undefined, at: number, who: number): void => {
    const floor = truth.floor(which, at);
    if (version !== undefined && version < floor)
      breaches.push(
        `at ${at} process ${who} read ${which} = ${version}, and ${floor} was acknowledged long before`,
      );
  };
  const change = async (changed: readonly string[], tell: () => Promise<unknown>): Promise<void> => {
    const versions = changed.map((each) => [each, truth.next(each)] as const);
    await ended(tell());
    for (const [each, version] of versions) truth.acknowledge(each, version, clock.now());
  };
  const load = (which: string) => async () => truth.versions.get(which) ?? 0;
  for (const each of steps) {
    const cache = 'by' in each ? (caches[each.by] as Cache<number>) : undefined;
    await perform(each, cache);
    clock.advance(1);
    await settle();
  }
  tier.up();
  tier.bus.mend();
  await pass(6000);
  for (const [who, cache] of caches.entries())
    for (const which of KEYS) {
      const version = await ended(cache.getOrLoad(which, load(which)));
      if (version !== truth.versions.get(which))
        breaches.push(`at the end process ${who} has ${which} = ${version}`);
    }
  await Promise.all(caches.map((cache) => ended(cache.close())));
  return breaches;

  async function perform(now: Step, cache: Cache<number> | undefined): Promise<void> {
    const at = clock.now();
    if (now.does === 'wait') return pass(now.ms);
    if (now.does === 'down' || now.does === 'hang' || now.does === 'up') return tier[now.does]();
    if (now.does === 'cut' || now.does === 'mend' || now.does === 'forget') return tier.bus[now.does]();
    if (now.does === 'lose') return tier.lose();
    if (now.does === 'failover') return tier.failover();
    if (cache === undefined) return;
    if (now.does === 'read') {
      const which = now.key;
      see(
        which,
        await ended(cache.getOrLoad(which, load(which), { tags: [TAG_OF[which] ?? ''] })),
        at,
        now.by,
      );
    } else if (now.does === 'readMany') {
      for (const [which, version] of await ended(cache.getMany(KEYS))) see(which, version, at, now.by);
    } else if (now.does === 'set') {
      const which = now.key;
      await change([which], () =>
        cache.set(which, truth.versions.get(which) ?? 0, { tags: [TAG_OF[which] ?? ''] }),
      );
    } else if (now.does === 'delete') await change([now.key], () => cache.delete(now.key));
    else if (now.does === 'tag') await change(['a:1', 'b:1'], () => cache.invalidateTags('one'));
    else if (now.does === 'namespace') await change(['a:1', 'a:2'], () => cache.bumpVersion('a'));
    else await change(KEYS, () => cache.clear());
  }
}

process.stdout.write(`coherence model: NUTHATCH_SEED=${SEED}, ${NUTHATCH_RUNS} runs\n`);

it.each([
  ['a tier alone', false],
  ['a tier before a store of their own', true],
])(
  '%s: no process sees what was overtaken a second ago',
  async (_name, isStored) => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
      async (steps) => {
        expect(await run(steps, isStored)).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: Number(NUTHATCH_RUNS), seed: SEED });
  },
  120_000,
);
