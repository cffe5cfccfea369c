import { parseArgs } from 'node:util';
import { findPostgres } from '../support/postgres-server.js';
import { cells, nameOf } from './cells.js';
import { type CellReport, crashTest } from './crash-test.js';

const USAGE = `npm run crash-test -- [--kills N] [--seed N] [--only "sqlite fsync"]
  kills writers by SIGKILL, spread over every durability, store and journal, and looks whether what was acknowledged is there`;
/** So many cells at a time: one writes while another starts. */
const AT_ONCE = 2;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(USAGE);
else await run(Number(values.kills), Number(values.seed));

async function run(kills: number, seed: number): Promise<void> {
  const server = await findPostgres();
  const chosen = cells.filter(
    (cell) => nameOf(cell).startsWith(values.only) && (cell.store === 'sqlite' || server !== undefined),
  );
  console.log(`seed ${seed}; ${chosen.length} cells`);
  const waiting = chosen.map((cell, at) => ({
    cell,
    kills: share(kills, at, chosen.length),
    seed: seed + at,
  }));
  const reports: CellReport[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const report = await crashTest(next.cell, { ...next, connectionString: server?.connectionString });
      console.log(lineOf(report));
      reports.push(report);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const { breaches } of reports) for (const breach of breaches.slice(0, 10)) console.error(breach);
  const total = (of: (report: CellReport) => number): number =>
    reports.reduce((sum, report) => sum + of(report), 0);
  const lost = total(({ breaches }) => breaches.length);
  console.log(
    `kills ${total((report) => report.kills)}, acknowledged ${total((report) => report.acknowledged)}, recovered ${total((report) => report.recovered)}, lost ${lost}`,
  );
  if (lost > 0) process.exitCode = 1;
}

/** Whoever comes first has one more where it does not come out even. */
function share(kills: number, at: number, parts: number): number {
  return Math.floor(kills / parts) + Number(at < kills % parts);
}

function lineOf({ cell, kills, acknowledged, recovered, lost, breaches }: CellReport): string {
  const promise = cell.durability === 'memory' ? 'lost, as nothing was promised' : 'lost';
  return `${nameOf(cell)}: ${kills} kills, ${acknowledged} acknowledged, ${recovered} recovered, ${lost} ${promise}, ${breaches.length} breaches`;
}
