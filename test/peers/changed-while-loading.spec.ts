import { type Cache, DeleteCommand, SetCommand, type Snapshot } from 'nuthatch/engine';
import { held, microtasks, openCache, openStored } from '../support/caches.js';

/** Where values come from: how often it has changed is what is read there. */
interface Source {
  version: number;
}

/** What a change of a cache works on. */
interface Scene {
  readonly cache: Cache<number>;
  readonly source: Source;
  readonly snapshot: Snapshot;
}

/** Each makes what was read before obsolete; answers what is to be there then, if anything. */
const changes: Readonly<Record<string, (scene: Scene) => Promise<number | undefined>>> = {
  delete: async ({ cache }) => void (await cache.delete('owl:1')),
  set: async ({ cache, source }) => {
    await cache.set('owl:1', source.version);
    return source.version;
  },
  clear: ({ cache }) => cache.clear().then(() => undefined),
  invalidateTags: ({ cache }) => cache.invalidateTags('night').then(() => undefined),
  'invalidateMatching of one key': ({ cache }) => cache.invalidateMatching('owl:1').then(() => undefined),
  'invalidateMatching of many keys': ({ cache }) => cache.invalidateMatching('o*1').then(() => undefined),
  bumpVersion: ({ cache }) => cache.bumpVersion('owl').then(() => undefined),
  undo: async ({ cache }) => {
    await cache.undo();
    return 0;
  },
  restore: async ({ cache, snapshot }) => {
    await cache.restore(snapshot);
    return 0;
  },
};

/** A load reads its source, the source changes, the cache is told, and only then the load is answered. Answers whether that left the old value behind. */
async function leavesOld(
  scene: Scene,
  round: number,
  change: (scene: Scene) => Promise<number | undefined>,
): Promise<boolean> {
  const { cache, source } = scene;
  const [gate, hasRead] = [held<void>(), held<void>()];
  const before = source.version;
  const load = async (): Promise<number> => {
    const { version } = source;
    hasRead.resolve();
    await gate.promise;
    return version;
  };
  const loading = cache.getOrLoad('owl:1', load, { tags: ['night'] });
  await hasRead.promise;
  await microtasks(round % 4);
  source.version++;
  const changing = change(scene);
  if (round % 3 === 0) gate.resolve();
  const expected = await changing;
  gate.resolve();
  // Who has asked before gets what was read before, and no error.
  expect(await loading).toBe(before);
  await microtasks(round % 5);
  return (await cache.get('owl:1')) !== expected;
}

/*
 * In 200 rounds of 200 the old value is left behind by cache-manager 7, cacheable 2 and bentocache 1, for delete, set, clear and deleteByTag alike;
 * cachified, async-cache-dedupe and layered-loader do the same. lru-cache 11 leaves nothing, and rejects the callers of the load.
 */
describe.each([
  ['memory alone', 2000],
  ['a store', 300],
])('a load under way, with %s', (kind, rounds) => {
  it.each(Object.keys(changes))(
    `leaves nothing old behind in ${rounds} rounds of %s`,
    async (name) => {
      const { cache } = await (kind === 'a store' ? openStored<number>() : openCache<number>());
      await cache.set('owl:1', 0);
      const scene = { cache, source: { version: 1 }, snapshot: await cache.snapshot() };
      let old = 0;
      for (let round = 0; round < rounds; round++) {
        if (name === 'undo') {
          await cache.run(new SetCommand('owl:1', 0));
          await cache.run(new DeleteCommand('owl:1'));
        } else await cache.delete('owl:1');
        if (await leavesOld(scene, round, changes[name] as (typeof changes)[string])) old++;
      }
      expect(old).toBe(0);
    },
    60_000,
  );
});
