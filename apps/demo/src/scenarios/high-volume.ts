import { setImmediate, setTimeout } from 'node:timers/promises';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cache, CacheModule } from 'nuthatch';
import { type CacheMetrics, seededRandom } from 'nuthatch/engine';
import { AirportsService } from '../airports/airports.service.js';
import { DataModule } from '../data/data.module.js';
import { airportsByTraffic } from './airports-by-traffic.js';
import { formatCount, formatFactor, formatMs, formatPercent } from './format.js';
import { median } from './measure.js';
import type { Narrator } from './narrator.js';
import type { Scenario } from './scenario.js';
import { zipfDraws } from './zipf.js';

const LOOK_UPS = 50_000;
const BATCH = 250;
const MAX_ITEMS = 500;
const SEED = 2008;

interface Facts {
  readonly lookUps: number;
  readonly airports: number;
  readonly distinct: number;
  readonly mostItems: number;
  readonly metrics: CacheMetrics;
  /** Entries that nobody read any more, and that the sweep removed. */
  readonly swept: number;
  /** How long each batch of look-ups took. */
  readonly withMs: readonly number[];
  readonly withoutMs: readonly number[];
}

@Module({})
class HighVolumeModule {
  static forFolder(folder: string): DynamicModule {
    const cache = CacheModule.forRoot({ maxItems: MAX_ITEMS, ttl: '1s', sweepIntervalMs: 50 });
    return {
      module: HighVolumeModule,
      imports: [DataModule.forRoot(folder), cache],
      providers: [AirportsService],
    };
  }
}

export const highVolume: Scenario<Facts> = {
  title: '6  High volume, pruning, metrics',
  idea: `${formatCount(LOOK_UPS)} airport look-ups through the @Cacheable service, drawn by Zipf's law from all airports (busiest first), one after the other. Room for ${MAX_ITEMS}, each for 1 s of real time; what has expired is swept every 50 ms.`,

  async play({ database, folder, say }) {
    const ranked = airportsByTraffic(database);
    const draws = zipfDraws(ranked, LOOK_UPS, seededRandom(SEED));
    const app = await NestFactory.createApplicationContext(HighVolumeModule.forFolder(folder), {
      logger: ['error', 'warn'],
      abortOnError: false,
    });
    const [airports, cache] = [app.get(AirportsService), app.get<Cache>(Cache)];
    let mostItems = 0;
    const find = async (iata: string): Promise<void> => {
      await airports.find(iata);
      mostItems = Math.max(mostItems, cache.size);
    };
    const times = await timeBatches(draws, find, async (iata) => airports.read(iata));
    const swept = cache.size;
    while (cache.size > 0) await setTimeout(10);
    const metrics = cache.metrics();
    await app.close();
    const counts = { lookUps: draws.length, airports: ranked.length, distinct: new Set(draws).size };
    const facts = { ...counts, mostItems, metrics, swept, ...times };
    tell(facts, say);
    return facts;
  },
};

type Task = (iata: string) => Promise<unknown>;

/** Times both tasks on each batch in turn, so that neither has the quieter machine; in the pauses timers may run. */
async function timeBatches(
  draws: readonly string[],
  withCache: Task,
  without: Task,
): Promise<Pick<Facts, 'withMs' | 'withoutMs'>> {
  const [withMs, withoutMs]: [number[], number[]] = [[], []];
  for (let from = 0; from < draws.length; from += BATCH) {
    const batch = draws.slice(from, from + BATCH);
    withMs.push(await timeEach(batch, withCache));
    withoutMs.push(await timeEach(batch, without));
    await setImmediate();
  }
  return { withMs, withoutMs };
}

async function timeEach(batch: readonly string[], task: Task): Promise<number> {
  const startedAt = performance.now();
  for (const iata of batch) await task(iata);
  return performance.now() - startedAt;
}

function tell({ metrics, ...facts }: Facts, say: Narrator): void {
  const { hits, misses, evictions, expirations, current_items } = metrics;
  const room = formatPercent(MAX_ITEMS / facts.airports);
  say.table([
    ['look-ups', formatCount(facts.lookUps), `${formatCount(facts.distinct)} different airports`],
    ['hits', formatCount(hits)],
    ['misses', formatCount(misses), 'each a load from SQLite'],
    ['hit ratio', formatPercent(hits / facts.lookUps), `with room for ${room} of the airports`],
    ['evictions', formatCount(evictions), `to make room: never more than ${facts.mostItems} entries`],
    ['expirations', formatCount(expirations), `of them ${facts.swept} at the end, when nobody read`],
    ['in memory now', formatCount(current_items), 'the sweep has pruned everything'],
  ]);
  say.gap();
  const { p50, p95, p99, max } = metrics.latencies.load;
  const slowest = `p95 ${formatMs(p95)}, p99 ${formatMs(p99)}, longest ${formatMs(max)}`;
  say.step('a load from SQLite', `p50 ${formatMs(p50)}, ${slowest}`);
  const [withMs, withoutMs] = [median(facts.withMs) / BATCH, median(facts.withoutMs) / BATCH];
  say.step(
    'a look-up without the cache',
    `${formatMs(withoutMs)} (median of ${facts.withMs.length} batches)`,
  );
  say.step('a look-up with the cache', `${formatMs(withMs)}, ${formatFactor(withoutMs / withMs)} faster`);
}
