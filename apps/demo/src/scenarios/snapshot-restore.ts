import { join } from 'node:path';
import { type Cache, CacheError, createCache, DeleteCommand, SetCommand } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import type { Scenario, Scene } from './scenario.js';

type Board = Readonly<Record<string, string>>;

interface Facts {
  readonly afterUndo: Board;
  readonly afterRedo: Board;
  readonly conflict: string;
  readonly atSnapshot: Board;
  readonly wrecked: Board;
  readonly restored: Board;
  readonly strategies: readonly string[];
  readonly refusal: string;
}

export const snapshotRestore: Scenario<Facts> = {
  title: '5  Undo and redo, snapshot and restore',
  idea: 'Commands take back one change each. A snapshot takes back everything: entries, the rows in SQLite, and who is in charge.',

  async play(scene) {
    const store = sqlite({ file: join(scene.folder, 'board.db') });
    const cache = await createCache<string>({
      name: 'board',
      store,
      writePolicy: 'writeBack',
      eviction: 'lfu',
    });
    await cache.setMany([
      ['ATL-BOS-1', 'boarding'],
      ['ATL-DFW-1', 'scheduled'],
      ['ATL-ORD-1', 'delayed'],
    ]);
    scene.say.step('put three flights', shown(cache));
    const facts = { ...(await undoAndRedo(cache, scene)), ...(await snapshotAndRestore(cache, scene)) };
    await cache.close();
    return facts;
  },
};

async function undoAndRedo(
  cache: Cache<string>,
  { say }: Scene,
): Promise<Pick<Facts, 'afterUndo' | 'afterRedo' | 'conflict'>> {
  await cache.run(new SetCommand('ATL-BOS-1', 'cancelled'));
  await cache.run(new DeleteCommand('ATL-ORD-1'));
  say.step('run SetCommand, DeleteCommand', shown(cache));
  await cache.undo();
  await cache.undo();
  const afterUndo = boardOf(cache);
  say.step('undo, undo', shown(cache));
  await cache.redo();
  const afterRedo = boardOf(cache);
  say.step('redo', shown(cache));
  await cache.set('ATL-BOS-1', 'departed');
  const conflict = await refusalOf(() => cache.undo());
  say.step('put ATL-BOS-1 departed, undo', `refused, ${conflict}`);
  return { afterUndo, afterRedo, conflict };
}

async function snapshotAndRestore(
  cache: Cache<string>,
  { say }: Scene,
): Promise<Omit<Facts, 'afterUndo' | 'afterRedo' | 'conflict'>> {
  const strategies = [cache.info().eviction.strategy];
  const snapshot = await cache.snapshot();
  const atSnapshot = boardOf(cache);
  say.gap();
  say.step(
    'snapshot',
    `${snapshot.entries.length} entries, ${snapshot.rows?.length} rows, ${snapshot.eviction}, ${snapshot.writePolicy}`,
  );
  await cache.clear();
  await cache.set('ATL-XXX-9', 'nonsense');
  cache.swapEviction('fifo');
  strategies.push(cache.info().eviction.strategy);
  const wrecked = boardOf(cache);
  say.step('clear, put nonsense, swap', `${shown(cache)}; ${strategies.at(-1)} in charge`);
  const refusal = await refusalOf(() => cache.restore({ ...snapshot, takenAt: snapshot.takenAt + 1 }));
  say.step('restore one that was changed', `refused, ${refusal}; nothing was touched`);
  await cache.restore(snapshot);
  strategies.push(cache.info().eviction.strategy);
  const restored = boardOf(cache);
  say.step('restore', `${shown(cache)}; ${strategies.at(-1)} is back in charge`);
  return { atSnapshot, wrecked, restored, strategies, refusal };
}

async function refusalOf(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'it was not refused';
  } catch (error) {
    if (error instanceof CacheError) return error.code;
    throw error;
  }
}

function boardOf(cache: Cache<string>): Board {
  return Object.fromEntries(cache.entries());
}

function shown(cache: Cache<string>): string {
  const statuses = Array.from(cache.entries(), ([flight, status]) => `${flight} ${status}`);
  return statuses.sort().join(', ');
}
