import assert from 'node:assert/strict';
import type { Invalidation, SharedTier } from 'nuthatch/engine';
import { nastyNames } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a shared tier promises of invalidations. */
export const invalidating: readonly Clause[] = [
  {
    promise: 'remembers none at first, and those that it is given for whoever comes later',
    check: async (harness) => {
      const tier = await harness.tier();
      assert.deepEqual([...(await tier.invalidations())], []);
      const given: Invalidation[] = nastyNames.flatMap((name, n) => [
        { scope: 'tag', name, version: n + 1 },
        { scope: 'prefix', name, version: n + 2 },
        { scope: 'pattern', name: `${name.slice(0, 50)}*`, version: n + 3 },
      ]);
      await tier.invalidate(given.slice(0, 40));
      await tier.invalidate(given.slice(40));
      await harness.close(tier);
      await remembers(await harness.tier(), given);
    },
  },
  {
    promise: 'remembers the newest of one name, in whatever order they come',
    check: async (harness) => {
      const tier = await harness.tier();
      const [older, newer] = [await harness.version(tier, 9000), await harness.version(tier)];
      const mark = (name: string, version: number): Invalidation => ({ scope: 'tag', name, version });
      await tier.invalidate([mark('night', newer), mark('day', older)]);
      await tier.invalidate([mark('night', older), mark('day', newer), mark('day', newer)]);
      await remembers(tier, [mark('night', newer), mark('day', newer)]);
    },
  },
  {
    promise: 'remembers thousands, if need be summed up in what covers more',
    check: async (harness) => {
      const tier = await harness.tier();
      const given = Array.from({ length: 3000 }, (_, n): Invalidation => ({
        scope: 'tag',
        name: `tag ${n}`,
        version: n + 1,
      }));
      await tier.invalidate(given);
      await remembers(tier, given);
    },
  },
  {
    promise: 'keeps those of other namespaces apart',
    check: async (harness) => {
      const [tier, other] = [await harness.tier(), await harness.tier('fish')];
      await tier.invalidate([{ scope: 'prefix', name: '', version: 7 }]);
      assert.deepEqual([...(await other.invalidations())], []);
    },
  },
  {
    promise: 'remembers them also when entries are cleared',
    check: async (harness) => {
      const tier = await harness.tier();
      const all: Invalidation = { scope: 'prefix', name: '', version: await harness.version(tier) };
      await tier.invalidate([all]);
      await tier.clear();
      await remembers(tier, [all]);
    },
  },
];

/** Checks that what was given is remembered, or covered by what is, and nothing that is newer than all of it. */
async function remembers(tier: SharedTier, given: readonly Invalidation[]): Promise<void> {
  const known = await tier.invalidations();
  const isKnown = (each: Invalidation): boolean =>
    known.some(
      ({ scope, name, version }) =>
        version >= each.version &&
        ((scope === each.scope && name === each.name) || (scope === 'prefix' && name === '')),
    );
  assert.deepEqual(
    given.filter((each) => !isKnown(each)),
    [],
  );
  const newest = Math.max(...given.map(({ version }) => version));
  assert.ok(known.every(({ version }) => version <= newest));
}
