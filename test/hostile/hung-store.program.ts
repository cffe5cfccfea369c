import { createCache, MapStore, type StoreRole } from 'nuthatch/engine';
import { FaultyStore, type StoreMethod } from 'nuthatch/testing';

const METHODS: readonly StoreMethod[] = ['get', 'getMany', 'apply', 'clear', 'invalidate', 'rows', 'scan'];
const outcomes = new Map<string, number>();

/** Counts how calls end; nobody else looks at their promises. */
function note(call: Promise<unknown>): Promise<void> {
  const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  return call.then(
    () => count('answered'),
    (error: unknown) => count((error as { code?: string }).code ?? String(error)),
  );
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

async function run(role: StoreRole, writePolicy: 'writeThrough' | 'writeBack'): Promise<void> {
  const store = new FaultyStore(new MapStore({ role }));
  const breaker = { halfOpenAfter: 20 };
  const resilience = { timeout: 10, writeTimeout: 15, breaker };
  const cache = await createCache({
    store,
    writePolicy,
    writeBack: { flushInterval: 5 },
    resilience,
    maxItems: 5,
  });
  const round = (index: number): Promise<void>[] => [
    note(cache.get(`bird ${index % 7}`)),
    note(cache.set(`bird ${index % 7}`, index, { tags: ['night'] })),
    note(cache.getMany(['owl', `bird ${index % 5}`])),
    note(cache.delete(`bird ${index % 3}`)),
    note(cache.getOrLoad(`egg ${index % 9}`, () => index)),
    ...(index % 10 === 0
      ? [note(cache.invalidateTags('night')), note(cache.clear()), note(cache.flush())]
      : []),
  ];
  await Promise.all(round(0));
  const releases = METHODS.map((method) => store.hold(method));
  const hung = Array.from({ length: 40 }, (_, index) => round(index)).flat();
  await pause(60);
  // What hangs fails in the end.
  for (const method of METHODS) store.failAlways(method);
  for (let index = 0; index < 40; index++) hung.push(...round(index));
  for (const release of releases) release();
  await pause(40);
  store.heal();
  await pause(100);
  await Promise.all(hung);
  store.hold('apply');
  void note(cache.set('last', 1));
  await note(cache.close(20));
}

const alive = setInterval(() => undefined, 1000);
for (const role of ['cache', 'record'] as const)
  for (const policy of ['writeThrough', 'writeBack'] as const) await run(role, policy);
await pause(50);
clearInterval(alive);
console.log(JSON.stringify([...outcomes.keys()].toSorted()));
