import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playChanges, playStampede } from './cluster/chapters.js';
import { DeparturesProcess } from './cluster/departures-process.js';
import { OwnCorner } from './cluster/own-corner.js';
import { makeFlightsSchema } from './cluster/postgres-service.js';
import { findRedis, NoRedis } from './cluster/redis-service.js';
import { DeparturesDatabase } from './data/departures-database.js';
import { Narrator } from './scenarios/narrator.js';

type Ending = () => void | Promise<void>;

const name = `departures_demo_${process.pid}_${Date.now().toString(36)}`;
const isServing = process.argv.includes('--serve');
const say = new Narrator(console.log);
/** What is to be left as it was found, last things first. */
const endings: Ending[] = [];
const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
});

const prepared = prepare();
try {
  await Promise.race([run(), interrupted]);
} catch (error) {
  if (!(error instanceof NoRedis)) throw error;
  console.error(`The demo of two processes did not start: ${error.message}`);
  process.exitCode = 1;
} finally {
  // Whoever interrupts it early leaves nothing behind, either.
  await Promise.allSettled([prepared]);
  for (const end of endings.reverse()) await tried(end);
}

/** What cannot be tidied up does not keep the rest from it. */
async function tried(end: Ending): Promise<void> {
  try {
    await end();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}

async function run(): Promise<void> {
  const { environment, corner } = await prepared;
  const two = [0, 1].map(() => DeparturesProcess.start(environment));
  endings.push(async () => {
    for (const one of await Promise.allSettled(two)) if (one.status === 'fulfilled') await one.value.stop();
  });
  const [here, there] = await Promise.all(two as [Promise<DeparturesProcess>, Promise<DeparturesProcess>]);
  for (const { pid, url } of [here, there]) say.step(`process ${pid}`, url);
  await playChanges({ here, there, corner, say });
  await playStampede({ here, there, corner, say });
  if (!isServing) return;
  say.gap();
  say.paragraph(
    `Both go on until Ctrl-C. Try: curl -N ${there.url}/flights/ATL-BOS-1/live & curl -X PUT ${here.url}/flights/ATL-BOS-1/gate -d gate=B12`,
  );
  await interrupted;
}

/** Finds what the processes share, or makes it. */
async function prepare(): Promise<{ environment: Record<string, string>; corner: OwnCorner }> {
  const redis = await findRedis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  endings.push(() => redis.close());
  const corner = new OwnCorner(redis.url, name);
  endings.push(async () => {
    await corner.clear();
    corner.close();
  });
  const schema = await makeFlightsSchema(name);
  if (schema !== undefined) endings.push(() => schema.drop());
  const folder = mkdtempSync(join(tmpdir(), 'departures-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  DeparturesDatabase.open(folder).close();
  const kept = schema?.description ?? 'one SQLite file that both open, since no PostgreSQL answers';
  say.title(
    'Departures, twice',
    `Two processes of the service. They share ${redis.description}; gates are kept in ${kept}.`,
  );
  const environment = {
    DEPARTURES_DATA: folder,
    DEPARTURES_REDIS: redis.url,
    DEPARTURES_PREFIX: name,
    ...(schema === undefined ? {} : { DEPARTURES_POSTGRES: schema.connectionString }),
  };
  return { environment, corner };
}
