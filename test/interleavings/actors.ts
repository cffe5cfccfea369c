import { type Cache, DeleteCommand, SetCommand, type Snapshot } from 'nuthatch/engine';
import type { Call, History } from './history.js';
import type { ScheduledClock } from './scheduled-clock.js';
import type { ScheduledStore } from './scheduled-store.js';
import type { Deed, Manner, Move, Step } from './steps.js';
import type { Turns } from './turns.js';
import type { Moments, Value } from './value.js';

/** What a loader throws when it is told to fail. */
export class PlannedFailure extends Error {}

/** What actors work on. */
export interface Stage {
  readonly cache: Cache<Value>;
  readonly store: ScheduledStore | undefined;
  readonly clock: ScheduledClock;
  readonly turns: Turns;
  readonly moments: Moments;
  readonly history: History;
  /** The last snapshot that was taken, and the call that took it. */
  saved: { readonly snapshot: Snapshot; readonly call: Call } | undefined;
}

/** The step of a deed. */
type Doing<D extends Deed> = Step extends infer S
  ? S extends { does: infer E }
    ? D extends E
      ? S
      : never
    : never
  : never;
type Deeds = { readonly [D in Deed]: (stage: Stage, step: Doing<D>, call: Call) => Promise<unknown> };

/** Does the moves one after the other, each in its turn; resolves when all have ended. */
export async function act(stage: Stage, moves: readonly Move[]): Promise<void> {
  const under: Promise<void>[] = [];
  for (const { step, waits } of moves) {
    await stage.turns.take(`an actor: ${step.does}`);
    const done = perform(stage, step);
    under.push(done);
    if (waits) await done;
  }
  await Promise.all(under);
}

/** Makes one call and notes it; never rejects. */
export function perform(stage: Stage, step: Step): Promise<void> {
  return stage.history.note(step, async (call) => {
    // Each deed is given the steps of its own name.
    const deed = deeds[step.does] as (stage: Stage, step: Step, call: Call) => Promise<unknown>;
    await deed(stage, step, call);
  });
}

const deeds: Deeds = {
  get: async ({ cache }, { key }, { read }) => read.set(key, await cache.get(key)),
  getMany: async ({ cache }, { keys }, { read }) => {
    const found = await cache.getMany(keys);
    for (const key of keys) read.set(key, found.get(key));
  },
  load: async (stage, { key, tags, manner }, { read }) => {
    const loader = () => load(stage, { key, tags, manner });
    read.set(key, await stage.cache.getOrLoad(key, loader, { tags }));
  },
  loadMany: async (stage, { keys, tags }, { read }) => {
    const loader = async (asked: readonly string[]) => {
      await stage.turns.take(`the origin reads ${asked.join()}`);
      const values = new Map(asked.map((key) => [key, stage.moments.mint('load', key, tags)]));
      await stage.turns.take(`the origin answers ${asked.join()}`);
      return values;
    };
    for (const [key, value] of await stage.cache.getManyOrLoad(keys, loader, { tags })) read.set(key, value);
  },
  set: ({ cache, moments }, { key, tags }, call) => {
    const value = given(moments.mint('set', key, tags), call);
    return cache.set(key, value, { tags });
  },
  setMany: ({ cache, moments }, { keys, tags }, call) => {
    const entries = keys.map((key) => [key, given(moments.mint('set', key, tags), call)] as const);
    return cache.setMany(entries, { tags });
  },
  runSet: ({ cache, moments }, { key, tags }, call) => {
    const value = given(moments.mint('command', key, tags), call);
    return cache.run(new SetCommand(key, value, { tags }));
  },
  runDelete: ({ cache }, { key }) => cache.run(new DeleteCommand(key)),
  undo: ({ cache }) => cache.undo(),
  redo: ({ cache }) => cache.redo(),
  delete: ({ cache }, { key }) => cache.delete(key),
  deleteMany: ({ cache }, { keys }) => cache.deleteMany(keys),
  expire: ({ cache }, { key }) => cache.expire(key),
  invalidateTags: ({ cache }, { tags }) => cache.invalidateTags(...tags),
  bumpVersion: ({ cache }, { name }) => cache.bumpVersion(name),
  invalidateMatching: ({ cache }, { name }) => cache.invalidateMatching(name),
  clear: ({ cache }) => cache.clear(),
  flush: ({ cache }) => cache.flush(),
  outside: async ({ store, moments }, { key }) => store?.writeBeside(moments.mint('outside', key, [])),
  trouble: async ({ store }, { calls }) => store?.failNext(calls),
  advance: async ({ clock }, { ms }) => clock.advance(ms),
  snapshot: async (stage, _step, call) => {
    const snapshot = await stage.cache.snapshot();
    stage.saved = { snapshot, call };
    for (const { value } of [...snapshot.entries, ...(snapshot.rows ?? [])])
      // The json codec writes text.
      call.values.add((JSON.parse(value as string) as Value).id);
  },
  restore: async ({ cache, saved }, _step, call) => {
    if (saved === undefined) return;
    call.snapshot = saved.snapshot;
    for (const id of saved.call.values) call.values.add(id);
    await cache.restore(saved.snapshot);
  },
  swapEviction: async ({ cache }, { eviction }) => cache.swapEviction(eviction),
  swapWritePolicy: ({ cache }, { policy }) => cache.swapWritePolicy(policy),
};

function given(value: Value, { values }: Call): Value {
  values.add(value.id);
  return value;
}

interface Loaded {
  readonly key: string;
  readonly tags: readonly string[];
  readonly manner: Manner;
}

/** Reads the source at one moment, and answers at a later one. */
async function load({ turns, moments }: Stage, { key, tags, manner }: Loaded): Promise<Value> {
  if (manner === 'answers at once') return moments.mint('load', key, tags);
  await turns.take(`the origin reads ${key}`);
  const value = moments.mint('load', key, tags);
  await turns.take(`the origin answers ${key}`);
  if (manner === 'fails') throw new PlannedFailure(`no ${key} today`);
  return value;
}
