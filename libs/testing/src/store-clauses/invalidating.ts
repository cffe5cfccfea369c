import assert from 'node:assert/strict';
import type { Invalidation, InvalidationScope } from 'nuthatch/engine';
import { covers, forgets, LATER, named, shownBy, takesInvalidations } from '../sample-invalidations.js';
import { keysOf, nastyNames, put, row } from '../sample-rows.js';
import type { StoreHarness } from '../store-harness.js';
import type { Clause } from './clause.js';

/** What a store makes of invalidations. Nothing is asked of those of the role `'record'`. */
export const invalidating: readonly Clause[] = [
  {
    promise: 'answers the invalidations of its namespace in order of version, and none of another',
    check: ofCaches(async (harness) => {
      const [store, other] = [await harness.store(), await harness.store('other')];
      await store.invalidate([]);
      assert.deepEqual(await store.invalidations(), []);
      const given = [
        ...nastyNames.flatMap((name, at) => [
          invalidation('tag', name, 100 - at),
          invalidation('prefix', name, 200 - at),
        ]),
        invalidation('prefix', '', 300),
        invalidation('pattern', 'a*b?\\*', 2 ** 53 - 1),
      ];
      await store.invalidate(given);
      await other.invalidate([invalidation('tag', 'night', 1)]);
      const inOrder = given.toSorted((one, next) => one.version - next.version); // prettier-ignore
      assert.deepEqual(named(await store.invalidations()), inOrder);
      assert.deepEqual(named(await other.invalidations()), [invalidation('tag', 'night', 1)]);
    }),
  },
  {
    promise: 'keeps the newest invalidation of each scope and name, whichever came last',
    check: ofCaches(async (harness) => {
      const store = await harness.store();
      await store.invalidate([invalidation('tag', 'a', 5), invalidation('prefix', 'a', 1)]);
      await store.invalidate([invalidation('tag', 'a', 4), invalidation('pattern', 'a', 2)]);
      await store.invalidate([invalidation('prefix', 'a', 6), invalidation('prefix', 'a', 3)]);
      assert.deepEqual(named(await store.invalidations()), [
        invalidation('pattern', 'a', 2),
        invalidation('tag', 'a', 5),
        invalidation('prefix', 'a', 6),
      ]);
    }),
  },
  {
    promise: 'remembers all of several invalidations or none',
    check: ofCaches(async (harness) => {
      const store = await harness.store();
      await put(store, row('owl', { tags: ['night'] }));
      const unreadable: Invalidation = {
        scope: 'tag',
        version: LATER,
        get name(): string {
          throw new Error('the name is away');
        },
      };
      await assert.rejects(store.invalidate([invalidation('tag', 'night', LATER), unreadable]));
      assert.deepEqual(await store.invalidations(), []);
      assert.deepEqual(keysOf(await store.rows()), ['owl']);
    }),
  },
  {
    promise: 'deletes nothing but what an invalidation makes gone, in its own namespace alone',
    check: ofCaches(async (harness) => {
      const [store, other] = [await harness.store(), await harness.store('other')];
      const rows = wildcards.map((key) => row(key, { tags: [key, 'all'] }));
      await put(other, ...rows);
      for (const [scope, name] of aims) {
        await store.clear();
        await put(store, ...rows);
        const given = invalidation(scope, name, 1);
        await store.invalidate([given]);
        const spared = rows.filter((each) => !covers(given, each));
        assert.deepEqual(keysOf(await shownBy(store)), keysOf(spared), `${scope} ${name}`);
      }
      assert.deepEqual(keysOf(await other.rows()), keysOf(rows));
    }),
  },
  {
    promise: 'keeps what is newer than an invalidation of its tag, prefix or pattern',
    check: ofCaches(async (harness) => {
      const store = await harness.store();
      const rows = wildcards.map((key) => row(key, { tags: [key], version: 3 }));
      await put(store, ...rows.slice(0, 4));
      await store.invalidate(wildcards.map((name) => invalidation('tag', name, 2)));
      await store.invalidate([invalidation('prefix', '', 2), invalidation('pattern', '*', 2)]);
      await put(store, ...rows.slice(4));
      await store.invalidate([invalidation('tag', 'unheard of', LATER)]);
      assert.deepEqual(keysOf(await store.rows()), keysOf(rows));
      assert.deepEqual(keysOf(await store.getMany(wildcards)), keysOf(rows));
    }),
  },
  {
    promise: 'forgets invalidations when it is cleared',
    check: ofCaches(async (harness) => {
      const [store, other] = [await harness.store(), await harness.store('other')];
      await other.invalidate([invalidation('tag', 'night', 1)]);
      await forgets(store, () => store.clear());
      assert.equal((await other.invalidations()).length, 1);
    }),
  },
  {
    promise: 'covers as much as it was told to, however many invalidations there are',
    check: ofCaches(async (harness) => {
      const store = await harness.store();
      for (let from = 0; from < MANY; from += MANY / 3)
        await store.invalidate(
          Array.from({ length: MANY / 3 }, (_, n) => invalidation('tag', `${from + n}`, from + n + 1)),
        );
      await put(store, row('owl', { version: LATER, tags: ['0', `${MANY - 1}`] }));
      const answered = await store.invalidations();
      const everything = Math.max(0, ...answered.filter(isOfEverything).map(({ version }) => version));
      const byTag = new Map(answered.map(({ scope, name, version }) => [`${scope} ${name}`, version]));
      for (let tag = 0; tag < MANY; tag += 1)
        assert.ok(Math.max(everything, byTag.get(`tag ${tag}`) ?? 0) >= tag + 1, `tag ${tag}`);
      assert.ok(everything <= MANY, `everything is gone up to ${everything}`);
      assert.deepEqual(keysOf(await shownBy(store)), ['owl']);
    }),
  },
];

/** More than a store need tell apart. */
const MANY = 12_000;

/** Keys that a wildcard of some store would take for each other. */
const wildcards = ['a_b', 'aXb', 'a%b', 'a', 'ab', 'a*b', 'b', '%', 'A', 'a\\b', 'a\u{1f989}b'];

const aims: readonly (readonly [InvalidationScope, string])[] = [
  ['tag', 'a_b'],
  ['tag', '%'],
  ['tag', 'all'],
  ['tag', 'unheard of'],
  ['prefix', 'a'],
  ['prefix', 'a_'],
  ['prefix', '%'],
  ['prefix', 'a\\'],
  ['prefix', ''],
  ['pattern', 'a?b'],
  ['pattern', 'a_b'],
  ['pattern', '*b'],
  ['pattern', 'a\\*b'],
  ['pattern', '*'],
];

function invalidation(scope: InvalidationScope, name: string, version: number): Invalidation {
  return { scope, name, version };
}

function isOfEverything({ scope, name }: Invalidation): boolean {
  return scope === 'prefix' && name === '';
}

/** A check of those stores alone that are given invalidations. */
function ofCaches(check: (harness: StoreHarness) => Promise<void>): (harness: StoreHarness) => Promise<void> {
  return async (harness) => {
    if (takesInvalidations(await harness.store())) await check(harness);
  };
}
