import { type ClockName, stopwatchOf } from '../child/stopwatch.js';
import { contestantOf } from './contestants.js';
import { Hits, RESIDENTS } from './hits.js';
import type { Figure, Lap } from './lap.js';
import { CountingLoader, Misses } from './misses.js';

/** What one process holds: one contestant. */
export interface LanePlan {
  readonly name: string;
  readonly clock: ClockName;
}

/** Runs a lap. */
export type Lane = (lap: Lap) => Promise<Figure>;

/** Opens a cache that is full, and another that is empty. */
export async function openLane({ name, clock }: LanePlan): Promise<Lane> {
  const stopwatch = stopwatchOf(clock);
  const contestant = contestantOf(name);
  const loader = new CountingLoader();
  const opening = { capacity: RESIDENTS, load: (key: string) => loader.load(key) };
  const hits = await Hits.fill(await contestant.open(opening), opening.load);
  const misses = new Misses(await contestant.open(opening), loader);
  return async (lap) => {
    if (lap.kind === 'misses') return misses.run(lap, stopwatch);
    if (lap.kind === 'bytes') return { value: await hits.bytes() };
    if (lap.kind === 'promises') return { value: await hits.promises() };
    return { value: await hits.perSecond(lap.ms, stopwatch) };
  };
}
