import fc from 'fast-check';
import { seededRandom } from 'nuthatch/engine';
import { optimum, readTrace, type Trace } from 'nuthatch/simulator';
import { fileWith } from './files.js';

async function traceOf(keys: readonly number[]): Promise<Trace> {
  return readTrace(await fileWith(keys.join('\n')), { format: 'lines' });
}

/** The most hits that any choice of victims can have: all of them are tried. */
function mostHits(keys: readonly number[], size: number): number {
  let best = new Map([['', 0]]);
  for (const key of keys) {
    const next = new Map<string, number>();
    for (const [state, hits] of best) {
      const residents = state === '' ? [] : state.split(',').map(Number);
      const now = residents.includes(key) ? hits + 1 : hits;
      for (const choice of choicesOf([...new Set([...residents, key])], size))
        next.set(choice, Math.max(next.get(choice) ?? 0, now));
    }
    best = next;
  }
  return Math.max(...best.values());
}

/** Who may be left of those who want to stay, each choice as a text. */
function choicesOf(keys: readonly number[], size: number): string[] {
  const sorted = keys.toSorted((a, b) => a - b);
  if (keys.length <= size) return [sorted.join()];
  return sorted.map((victim) => sorted.filter((key) => key !== victim).join());
}

describe('the optimum', () => {
  it('is what the best of all choices of victims would hit', async () => {
    const keys = fc.array(fc.nat(6), { minLength: 1, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 4 }), async (requests, size) => {
        const row = optimum(await traceOf(requests), size);
        expect(row.hits).toBe(mostHits(requests, size));
        expect(row.evictions).toBe(requests.length - row.hits - Math.min(size, new Set(requests).size));
      }),
      { numRuns: 300 },
    );
  });

  it("is that of Belady's rule over chunks and many sizes", async () => {
    const random = seededRandom(1);
    const keys = Array.from({ length: 200_000 }, () => Math.floor(2500 * random.next()));
    const trace = await traceOf(keys);
    for (const size of [1, 10, 300, 2000]) expect(optimum(trace, size).hits).toBe(hitsOfBelady(keys, size));
  });

  it('of a loop one larger than the cache misses once a round', async () => {
    const loops = Array.from({ length: 40 }, (_, index) => index % 4);
    expect(optimum(await traceOf(loops), 3)).toMatchObject({ strategy: 'opt', size: 3, hits: 27 });
  });
});

/** Belady's rule by looking ahead for every victim. */
function hitsOfBelady(keys: readonly number[], size: number): number {
  const uses = new Map(keys.map((key): [number, number[]] => [key, []]));
  keys.forEach((key, at) => uses.get(key)?.push(at));
  const nextUse = (key: number): number => uses.get(key)?.[0] ?? Infinity;
  const residents = new Set<number>();
  let hits = 0;
  for (const key of keys) {
    uses.get(key)?.shift();
    if (residents.has(key)) hits++;
    residents.add(key);
    if (residents.size <= size) continue;
    residents.delete([...residents].reduce((a, b) => (nextUse(b) > nextUse(a) ? b : a)));
  }
  return hits;
}
