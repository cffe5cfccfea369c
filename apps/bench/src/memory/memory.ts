import { parseArgs } from 'node:util';
import { type Ask, withFreshProcesses } from '../child/fresh-process.js';
import { runs } from '../field/contestant.js';
import { contestantOf } from '../field/field.js';
import { describeMachine } from '../report/machine.js';
import { markdownTable } from '../report/markdown-table.js';
import { readCount } from '../report/read-count.js';
import type { Feature, Footprint } from './footprint.js';
import { runSoak } from './run-soak.js';

export const MEMORY_USAGE = `memory [--json] [--quick] [--size N] [--only a,b]
       weighs caches of 1,000,000 entries (--quick: 100,000), one process each: bytes per entry beyond key and value
memory --soak [--json] [--quick] [--operations N] [--size N] [--only nuthatch/lru,...]
       50,000,000 mixed operations (--quick: 2,000,000); exits with 1 where a cache has grown`;

interface Row extends Footprint {
  readonly library: string;
  readonly features: readonly Feature[];
  readonly entries: number;
}

const FEATURES: readonly (readonly Feature[])[] = [[], ['ttl'], ['weights'], ['ttl', 'weights']];
const FIELD = [
  'Map',
  'lru-cache',
  'mnemonist',
  'lru.min',
  'tiny-lru',
  'quick-lru',
  '@neophi/sieve-cache',
  'transitory',
];
const STRATEGIES = ['lru', 'sieve', 's3Fifo', 'wTinyLfu', 'lirs', 'adaptive'].map(
  (name) => `nuthatch/${name}`,
);

/** Weighs caches, or looks whether they grow. */
export async function memory(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      size: { type: 'string' },
      operations: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const { json, quick, size, operations, only } = values;
  const libraries = only?.split(',');
  if (values.soak) {
    const plan = {
      operations: readCount(operations, quick ? 2_000_000 : 50_000_000),
      entries: readCount(size, 20_000),
    };
    return runSoak({ libraries: libraries ?? STRATEGIES, ...plan }, { json });
  }
  const entries = readCount(size, quick ? 100_000 : 1_000_000);
  if (!json) console.log(describeMachine());
  await withFreshProcesses(async ({ ask }) => {
    const rows = await weighAll(libraries ?? [...FIELD, ...STRATEGIES], entries, ask);
    console.log(json ? JSON.stringify(rows, undefined, 2) : report(rows, entries));
  });
}

async function weighAll(libraries: readonly string[], entries: number, ask: Ask): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const features of FEATURES) {
    for (const library of libraries.filter((name) => has(name, features))) {
      const footprint = await ask<Footprint>({ kind: 'footprint', plan: { library, features, entries } });
      rows.push({ library, features, entries, ...footprint });
    }
  }
  return rows;
}

function has(library: string, features: readonly Feature[]): boolean {
  const contestant = contestantOf(library);
  return runs(contestant, features.includes('ttl')) && (contestant.weighs || !features.includes('weights'));
}

function report(rows: readonly Row[], entries: number): string {
  const tables = FEATURES.map((features) => {
    const lines = rows
      .filter((row) => row.features === features)
      .map(({ library, ...sizes }) => [
        library,
        ...[sizes.filled, sizes.resident, sizes.turnedOver].map(whole),
      ]);
    const head = [features.length === 0 ? 'no more features' : features.join(' and '), ...COLUMNS];
    return markdownTable(head, lines);
  });
  return [`${entries.toLocaleString('en')} entries, bytes per entry beyond key and value`, ...tables].join(
    '\n\n',
  );
}

const COLUMNS = ['filled', 'filled, resident', 'after a turnover'];

function whole(bytes: number | undefined): string {
  return bytes?.toFixed(0) ?? '';
}
