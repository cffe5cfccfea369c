import type { Cache } from 'nuthatch';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Birds } from './app.js';
import type { Bird, Source } from './source.js';

/** What the verbs of a process work on. */
export interface VerbsParts {
  readonly birds: Birds;
  readonly cache: Cache;
  readonly source: Source;
}

/** Which keys a process writes how often, and with what pauses. */
export interface WriteOrders {
  readonly ids: readonly string[];
  readonly rounds: number;
  readonly mostPauseMs: number;
  /** What the names begin with that it gives. */
  readonly by: string;
}

/** What many calls that began at once came to. */
export interface Crowd {
  readonly names: readonly string[];
  readonly slowestMs: number;
}

export type Verbs = ReturnType<typeof verbsOf>;

const keyOf = (id: string): string => `bird:${id}`;

const nameOf = (bird: Bird | undefined): string | undefined => bird?.name;

/** What a process does when it is told to. */
export function verbsOf(parts: VerbsParts) {
  return { ...changesOf(parts), ...readsOf(parts), ...loadsOf(parts) };
}

function changesOf({ birds, cache: store }: VerbsParts) {
  return {
    rename: (id: string, name: string) => birds.rename(id, name).then(nameOf),
    remove: (id: string) => birds.remove(id),
    removeFlock: (flock: string) => birds.removeFlock(flock),
    removeMatching: (pattern: string) => store.invalidateMatching(pattern),
    bump: (namespace: string) => store.bumpVersion(namespace),
    clear: () => store.clear(),
    expire: (id: string) => store.expire(keyOf(id)),
    publish: (event: string, id: string) => store.publish(event, { id }),
    setMany: (ids: readonly string[], name: string) =>
      store.setMany(ids.map((id) => [keyOf(id), { id, name }] as const)),
    removeMany: async (ids: readonly string[]) => void (await Promise.all(ids.map((id) => birds.remove(id)))),
    write: (orders: WriteOrders) => write(birds, orders),
  };
}

function readsOf({ cache }: VerbsParts) {
  // It holds nothing but birds.
  const store = cache as Cache<Bird>;
  const troubles: string[] = [];
  store.events$.subscribe((event) => {
    if (event.type === 'store_failed') troubles.push(String(event.error));
    if (event.type.startsWith('bus_')) troubles.push(event.type);
  });
  return {
    get: (id: string) => store.get(keyOf(id)).then(nameOf),
    getMany: async (ids: readonly string[]) => {
      const found = await store.getMany(ids.map(keyOf));
      return ids.map((id) => nameOf(found.get(keyOf(id))));
    },
    peek: async (ids: readonly string[]) => ids.map((id) => nameOf(store.peek(keyOf(id)))),
    /** What has gone wrong, to be shown where a test fails. */
    troubles: async () => troubles.splice(0),
  };
}

function loadsOf({ birds, source }: VerbsParts) {
  let held: Promise<PromiseSettledResult<Bird>[]> = Promise.resolve([]);
  return {
    loads: async () => source.loads,
    slow: async (delayMs: number) => void (source.delayMs = delayMs),
    /** Answers when all loaders run that it has begun, of which none is answered yet. */
    beginLoads: async (ids: readonly string[], name: string) => {
      const before = source.loads;
      source.name = name;
      source.hold();
      held = Promise.allSettled(ids.map((id) => birds.find(id)));
      while (source.loads < before + ids.length) await sleep(1);
    },
    /** Answers how many of them were answered. */
    endLoads: async () => {
      source.letGo();
      source.name = 'loaded';
      const ended = await held;
      return ended.filter(({ status }) => status === 'fulfilled').length;
    },
    crowd: (id: string, callers: number) => crowd(callers, () => birds.find(id)),
    crowdAlone: (id: string, callers: number) => crowd(callers, () => birds.findAlone(id)),
  };
}

async function crowd(callers: number, find: () => Promise<Bird>): Promise<Crowd> {
  const startedAt = performance.now();
  const ended = await Promise.all(
    Array.from({ length: callers }, async () => ({
      name: (await find()).name,
      ms: performance.now() - startedAt,
    })),
  );
  return {
    names: [...new Set(ended.map(({ name }) => name))],
    slowestMs: Math.max(...ended.map(({ ms }) => ms)),
  };
}

/** Writes in rounds, each key once in each, without waiting for one write before the next begins. */
async function write(birds: Birds, { ids, rounds, mostPauseMs, by }: WriteOrders): Promise<void> {
  const writing: Promise<unknown>[] = [];
  for (let round = 0; round < rounds; round += 1)
    for (const [at, id] of ids.entries()) {
      writing.push(birds.rename(id, `${by} ${round}`));
      if (at % 10 === 0) await sleep(Math.random() * mostPauseMs);
    }
  await Promise.all(writing);
}
