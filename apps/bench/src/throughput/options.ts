import { parseArgs } from 'node:util';
import type { ClockName } from '../child/stopwatch.js';
import { type Contestant, runs } from '../field/contestant.js';
import { contestantOf, field, REFERENCE } from '../field/field.js';
import { readCount } from '../report/read-count.js';
import { expectations } from './expectations.js';
import { operationOf, operations } from './operations.js';
import { full, fullCheck, type Preset, quick, quickCheck } from './presets.js';
import type { Heat, RacePlan } from './race.js';

export interface ThroughputOptions {
  readonly json: boolean;
  readonly check: boolean;
  readonly races: readonly RacePlan[];
}

export const THROUGHPUT_USAGE = `throughput [--json] [--quick] [--check] [--size N] [--ttl off|on|both] [--only a,b]
           [--operations a,b] [--rounds N] [--ms N] [--clock cpu|wall]
  --json     prints the rows { library, operation, size, ttl, opsPerSecond }, medians of the rounds, and nothing else
  --quick    10,000 entries, two short rounds: under a minute
  --check    exits with 1 where a ratio is below the one in expected-ratios.json; without --only, only those are run
  --size     only this size (otherwise 10000, 100000 and 1000000); may be repeated
  --only     only these libraries (lru-cache, nuthatch/lru, ...)
  --operations  only these (getHit, getMiss, setUpdate, zipf, setEvict)
  --rounds   how many laps everybody runs; without it, who is far from the top runs a third as many, later
  --ms       how long a lap is, in milliseconds
  --clock    cpu: the time of the main thread on a processor, where the system tells it; or wall`;

/** @throws Error where an option is unknown or wrong. */
export function parseThroughput(args: readonly string[]): ThroughputOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      size: { type: 'string', multiple: true },
      ttl: { type: 'string', default: 'both' },
      only: { type: 'string' },
      operations: { type: 'string' },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      clock: { type: 'string', default: 'cpu' },
    },
  });
  const { json, check, rounds, ms } = values;
  const contestants = contestantsOf(values.only, check);
  const clock = clockOf(values.clock);
  const chosen = values.operations?.split(',').map(operationOf) ?? operations;
  const presets = presetsOf(values.quick, check);
  const sizes = values.size?.map((size) => readCount(size, 0)) ?? presets.map(({ size }) => size);
  const races = sizes.flatMap((size) => {
    const preset = presetOf(size, presets);
    const pace = { size, lapMs: readCount(ms, preset.lapMs) };
    return ttlsOf(values.ttl).map((ttl): RacePlan => {
      const able = contestants.filter(
        (contestant) => runs(contestant, ttl) && size <= (contestant.upTo ?? size),
      );
      const isOneHeat = check || values.only !== undefined || rounds !== undefined;
      const heat = { contestants: able, rounds: readCount(rounds, preset.rounds) };
      return { heats: isOneHeat ? [heat] : heatsOf(heat), operations: chosen, ttl, clock, pace };
    });
  });
  return { json, check, races };
}

function contestantsOf(only: string | undefined, check: boolean): readonly Contestant[] {
  const names =
    only?.split(',') ??
    (check ? expectations.flatMap(({ library, against }) => [library, ...against]) : undefined);
  return names === undefined ? field : [...new Set(names)].map(contestantOf);
}

/** Those that lead, and then the others, for a third of the rounds: in one heat they would need much memory. */
function heatsOf({ contestants, rounds }: Heat): readonly Heat[] {
  const others = contestants.filter(({ name, leads }) => !leads || name === REFERENCE);
  return [
    { contestants: contestants.filter(({ leads }) => leads), rounds },
    { contestants: others, rounds: Math.ceil(rounds / 3) },
  ];
}

function presetsOf(isQuick: boolean, check: boolean): readonly Preset[] {
  if (check) return isQuick ? quickCheck : fullCheck;
  return isQuick ? quick : full;
}

/** The preset of the size, or of the next one above. */
function presetOf(size: number, presets: readonly Preset[]): Preset {
  // There is at least one in every list.
  return presets.find((preset) => preset.size >= size) ?? (presets.at(-1) as Preset);
}

function ttlsOf(choice: string): readonly boolean[] {
  if (choice === 'both') return [false, true];
  if (choice === 'on' || choice === 'off') return [choice === 'on'];
  throw new Error(`--ttl must be on, off or both, got ${choice}`);
}

function clockOf(choice: string): ClockName {
  if (choice === 'cpu' || choice === 'wall') return choice;
  throw new Error(`--clock must be cpu or wall, got ${choice}`);
}
