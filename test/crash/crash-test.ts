import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCache, seededRandom } from 'nuthatch/engine';
import { type AppliedLog, appliedLog } from './applied-log.js';
import { type Cell, nameOf, optionsOf, type Orders, type Place, storeOf } from './cells.js';
import { Ledger, type State } from './ledger.js';
import { liveAndDie } from './live-and-die.js';

const KEYS = Array.from({ length: 40 }, (_, at) => `key ${at}`);

/** What was seen over all kills of a cell. */
export interface CellReport {
  readonly cell: Cell;
  readonly kills: number;
  readonly acknowledged: number;
  readonly recovered: number;
  /** What was acknowledged and is not there; of the durability `'memory'`, which promises nothing, counted and no breach. */
  readonly lost: number;
  /** Everything that must not be. */
  readonly breaches: readonly string[];
}

/** How long a cell is tried, and where PostgreSQL is. */
export interface CrashPlan {
  readonly kills: number;
  readonly seed: number;
  readonly connectionString: string | undefined;
}

/** Kills a writer over and over, and looks after each restart whether everything is there that was promised. */
export async function crashTest(
  cell: Cell,
  { kills, seed, connectionString }: CrashPlan,
): Promise<CellReport> {
  const folder = await mkdtemp(join(tmpdir(), 'nuthatch-crash-'));
  const place = { folder, table: `crash_${randomBytes(6).toString('hex')}`, connectionString };
  const log = appliedLog(cell.store, place);
  try {
    await read(cell, place, 'alone'); // makes the tables
    await log.install();
    return await killOver({ cell, place, log }, kills, seededRandom(seed));
  } finally {
    await log.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function killOver(
  { cell, place, log }: { readonly cell: Cell; readonly place: Place; readonly log: AppliedLog },
  kills: number,
  random: { next(): number },
): Promise<CellReport> {
  const ledger = new Ledger(KEYS);
  const breaches: string[] = [];
  let [acknowledged, recovered, lost] = [0, 0, 0];
  for (let kill = 0; kill < kills; kill++) {
    const orders: Orders = { cell, place, first: ledger.first };
    await liveAndDie({ script: './writer.ts', orders }, random, (line) => {
      const at = line.lastIndexOf(' ');
      ledger.acknowledge(line.slice(0, at), Number(line.slice(at + 1)));
    });
    const before = await read(cell, place, 'alone');
    const verdict = ledger.judge(before, await read(cell, place, 'recovered'));
    acknowledged += verdict.acknowledged;
    recovered += verdict.recovered;
    lost += verdict.lost.length;
    breaches.push(...verdict.phantoms, ...(cell.durability === 'memory' ? [] : verdict.lost));
  }
  breaches.push(...(await log.breaches()).map((breach) => `applied twice or out of order: ${breach}`));
  return { cell, kills, acknowledged, recovered, lost, breaches };
}

/** What is in the store: as it was left, or after a cache has recovered what the journal holds. */
async function read(
  cell: Cell,
  place: Place,
  how: 'alone' | 'recovered',
): Promise<ReadonlyMap<string, State>> {
  const { name, codec } = optionsOf(cell, place);
  const alone = { name, codec, store: storeOf(cell.store, place) };
  const cache = await createCache<number>(how === 'alone' ? alone : optionsOf(cell, place));
  await cache.flush();
  const found = await cache.getMany(KEYS);
  const { left, error } = await cache.close();
  if (left > 0) throw new Error(`${nameOf(cell)}: ${left} writes could not be stored`, { cause: error });
  return found;
}
