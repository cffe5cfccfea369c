import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCache, seededRandom } from 'nuthatch/engine';
import { findPostgres } from '../support/postgres-server.js';
import { appliedLog } from './applied-log.js';
import { type Place, type StoreName, storeOf } from './cells.js';
import { liveAndDie } from './live-and-die.js';
import type { RestoreOrders } from './restore-orders.js';

const KILLS = 3;
/** On a busy machine the first ones come before anything was restored. */
const MOST_KILLS = 15;
const SEED = 20_261_122;
const KEYS = Array.from({ length: 3000 }, (_, at) => `key ${at}`);

const server = await findPostgres();

/** A snapshot in which every value is `value`, and half of the keys are there. */
async function snapshotOf(folder: string, value: string, parity: number): Promise<string> {
  const file = join(folder, `${value}.snapshot`);
  const cache = await createCache({ name: 'crash', store: 'map' });
  await cache.setMany(KEYS.filter((_, at) => at % 2 === parity).map((key) => [key, value] as const));
  await cache.saveSnapshot(file);
  await cache.close();
  return file;
}

/** How often each value is in the store. */
async function countIn(store: StoreName, place: Place): Promise<Record<string, number>> {
  const cache = await createCache<string>({ name: 'crash', store: storeOf(store, place) });
  const counts: Record<string, number> = {};
  for (const value of (await cache.getMany(KEYS)).values()) counts[value] = (counts[value] ?? 0) + 1;
  await cache.close();
  return counts;
}

describe('a restore that is killed', () => {
  it.each(['sqlite', ...(server === undefined ? [] : ['postgres' as const])] as const)(
    'leaves all of the old rows or all of the new ones: %s',
    async (store) => {
      const folder = await mkdtemp(join(tmpdir(), 'nuthatch-restore-'));
      const table = `restore_${randomBytes(6).toString('hex')}`;
      const place = { folder, table, connectionString: server?.connectionString };
      try {
        const files = [await snapshotOf(folder, 'even', 0), await snapshotOf(folder, 'odd', 1)];
        const orders: RestoreOrders = { store, place, files };
        const random = seededRandom(SEED);
        let restored = 0;
        for (let kill = 0; kill < KILLS || (restored === 0 && kill < MOST_KILLS); kill++) {
          await liveAndDie({ script: './restorer.ts', orders }, random, () => restored++);
          const found = await countIn(store, place);
          const whole = [{ even: 1500 }, { odd: 1500 }, ...(restored === 0 ? [{}] : [])];
          expect(whole).toContainEqual(found);
        }
        expect(restored).toBeGreaterThan(0);
      } finally {
        await appliedLog(store, place).remove();
        await rm(folder, { recursive: true, force: true });
      }
    },
    120_000,
  );
});
