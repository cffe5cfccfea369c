import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Cache, compilePattern, createCache, fileJournal, type WritePolicyName } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nuthatch-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(writePolicy: WritePolicyName, file = 'cache.db'): Promise<Cache<number>> {
  return createCache<number>({
    maxItems: 5,
    store: sqlite({ file: join(folder, file) }),
    writePolicy,
    ...(writePolicy === 'writeBack' && {
      writeBack: { journal: fileJournal({ directory: join(folder, `${file}.j`) }) },
    }),
  });
}

const KEYS = ['user', 'user:1', 'user:1:a', 'user:2', 'user:2:a', 'bird:1', 'bird:2:a', '100%_:x'];
const TAGS = ['night', 'day', 'a_b'];

type Step =
  | { readonly set: string; readonly tags: readonly string[] }
  | { readonly tags: readonly string[] }
  | { readonly matching: string }
  | { readonly namespace: string }
  | 'restart';

const key = fc.constantFrom(...KEYS);
const tags = fc.subarray(TAGS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ set: key, tags }) },
  { weight: 2, arbitrary: fc.record({ tags }) },
  {
    weight: 2,
    arbitrary: fc.record({
      matching: fc.constantFrom('user:*', '*:a', 'user:?', 'bird:1', '100%_*', 'b?rd:*a'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ namespace: fc.constantFrom('user', 'user:1', 'bird') }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

interface Kept {
  readonly value: number;
  readonly tags: readonly string[];
}

/** What a map of all entries would do. */
function follow(kept: Map<string, Kept>, taken: Exclude<Step, 'restart'>, value: number): void {
  if ('set' in taken) return void kept.set(taken.set, { value, tags: taken.tags });
  for (const [key, entry] of kept) if (isMeant(taken, key, entry)) kept.delete(key);
}

function isMeant(taken: Exclude<Step, 'restart' | { set: string }>, key: string, entry: Kept): boolean {
  if ('matching' in taken) return compilePattern(taken.matching).matches(key);
  if ('namespace' in taken) return key.startsWith(`${taken.namespace}:`);
  return 'tags' in taken && taken.tags.some((tag) => entry.tags.includes(tag));
}

async function act(cache: Cache<number>, taken: Exclude<Step, 'restart'>, value: number): Promise<void> {
  if ('set' in taken) await cache.set(taken.set, value, { tags: taken.tags });
  else if ('matching' in taken) await cache.invalidateMatching(taken.matching);
  else if ('namespace' in taken) await cache.bumpVersion(taken.namespace);
  else await cache.invalidateTags(...taken.tags);
}

describe('a cache in SQLite', () => {
  it.each<WritePolicyName>(['writeThrough', 'writeBack', 'writeAround'])(
    'has what a plain map has under %s, whatever is invalidated and whenever it is restarted',
    async (policy) => {
      let file = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const name = `${file++}.db`;
          const kept = new Map<string, Kept>();
          let cache = await open(policy, name);
          for (const [value, taken] of [...steps, 'restart' as const].entries()) {
            if (taken === 'restart') {
              await cache.close();
              cache = await open(policy, name);
            } else {
              await act(cache, taken, value);
              follow(kept, taken, value);
            }
            const found = await cache.getMany(KEYS);
            expect(new Map([...found].sort())).toEqual(
              new Map(Array.from(kept, ([key, entry]): [string, number] => [key, entry.value]).sort()),
            );
          }
          await cache.close();
        }),
        { numRuns: 25 },
      );
    },
  );

  it('counts the rows that an invalidation would make gone', async () => {
    const cache = await open('writeThrough');
    await cache.setMany(Array.from({ length: 1204 }, (_, at) => [`user:${at}`, at]));
    await cache.set('bird', 1);
    const { keys, sample } = await cache.wouldInvalidate({ namespaces: ['user'] });
    expect([keys, new Set(sample).size]).toEqual([1204, 100]);
    await cache.bumpVersion('user');
    expect((await cache.wouldInvalidate({ matching: ['*'] })).sample).toEqual(['bird']);
    await cache.close();
  });
});
