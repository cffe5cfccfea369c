import { parseArgs } from 'node:util';
import { markdownTable } from '../report/markdown-table.js';
import { readCount } from '../report/read-count.js';
import { HOT_KEYS, type Outcome, type Scenario, simulate } from './simulation.js';
import { PLAIN, strategiesFor } from './strategies.js';

export const REFRESH_USAGE = `refresh [--json] [--quick] [--seed N] [--caches N] [--keys N] [--rate N] [--ttl MS] [--latency MS] [--lives N]
  who waits when values expire, and what the origin bears, for plain TTL and for each way to renew values before or after that:
  many caches in front of one origin, on a simulated clock; the same seed, the same figures`;

/** Prints what each strategy makes of the same requests. */
export async function refresh(args: readonly string[]): Promise<void> {
  const { json, scenario } = parse(args);
  const outcomes: Outcome[] = [];
  for (const strategy of strategiesFor(scenario.ttlMs)) outcomes.push(await simulate(scenario, strategy));
  if (json) console.log(JSON.stringify({ scenario, outcomes }, undefined, 2));
  else console.log(`${describe(scenario)}\n\n${tableOf(outcomes)}`);
}

function parse(args: readonly string[]): { readonly json: boolean; readonly scenario: Scenario } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      seed: text,
      caches: text,
      keys: text,
      rate: text,
      ttl: text,
      latency: text,
      lives: text,
    },
  });
  const scenario: Scenario = {
    seed: readCount(values.seed, 2026),
    caches: readCount(values.caches, 8),
    keys: readCount(values.keys, 100),
    requestsPerSecond: readCount(values.rate, 1000),
    ttlMs: readCount(values.ttl, 60_000),
    latencyMs: readCount(values.latency, 1000),
    warmUpLives: values.quick ? 2 : 5,
    lives: readCount(values.lives, values.quick ? 3 : 10),
  };
  return { json: values.json, scenario };
}

function describe(scenario: Scenario): string {
  const { caches, keys, requestsPerSecond, ttlMs, latencyMs, warmUpLives, lives, seed } = scenario;
  return [
    `${caches} caches, ${keys} keys by zipf's law, ${requestsPerSecond} requests a second in all, a time to live of ${ttlMs / 1000} s,`,
    `loads of ${latencyMs / 1000} s; ${lives} lives of an entry after ${warmUpLives} that are not counted; seed ${seed}`,
  ].join('\n');
}

function tableOf(outcomes: readonly Outcome[]): string {
  const plain = outcomes.find(({ strategy }) => strategy === PLAIN);
  const share = (part: number, of: number | undefined): string =>
    `${((100 * part) / (of ?? NaN)).toFixed(1)} %`;
  const count = (number: number): string => number.toLocaleString('en');
  const lines = outcomes.map((outcome) => [
    outcome.strategy,
    count(outcome.waited),
    share(outcome.waited, plain?.waited),
    share(outcome.waitedForHot, plain?.waitedForHot),
    count(outcome.originCalls),
    share(outcome.originCalls, plain?.originCalls),
    String(outcome.herd),
    (outcome.meanAgeMs / 1000).toFixed(1),
  ]);
  const head = [
    '',
    'waited at an expiry',
    'of plain TTL',
    `of it, the ${HOT_KEYS} hottest keys`,
    'origin calls',
    'of plain TTL',
    'most at once for a key',
    'mean age, s',
  ];
  return markdownTable(head, lines);
}
