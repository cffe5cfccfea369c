import type { Contestant } from './contestants.js';
import { MANY, type Operation } from './lap.js';
import { type Subject, type Value, valueOf } from './subject.js';

/** A call by its number, and whether its answer is right. */
export interface Course {
  ask(at: number): Promise<unknown>;
  isRight(answer: unknown, at: number): boolean;
  /** Whether the answer is that nothing was found. */
  isMiss(answer: unknown): boolean;
}

/** How many keys are in Redis. They are asked for in turn, so that no two callers ask for the same one at a time, be it by a hundred. */
const RESIDENTS = 20_000;
/** How many of them are in the larger memory. */
const IN_MEMORY = 1000;
/** So many entries are written at a time. */
const AT_ONCE = 500;
/** One written entry of so many is read again. */
const READ_AGAIN = 100;
/** So many calls later it is written for sure, and memory has it no more. */
const SETTLED = 200;

const KEYS = Array.from({ length: RESIDENTS }, (_, at) => `user:${at}`);
const VALUES = KEYS.map((_, id) => valueOf(id));
const LOST = new Error('a key is loaded that was there');
const BATCHES = Array.from({ length: RESIDENTS / MANY }, (_, at) => KEYS.slice(at * MANY, (at + 1) * MANY));

/** Which cache of a contestant: one whose memory holds everything, or one whose memory holds one entry. */
export type Part = 'near' | 'far';

/** Opens one cache of the contestant, or its client, and answers what can be done with it. */
export async function coursesOf(
  contestant: Contestant,
  part: Part,
  url: string,
): Promise<Partial<Record<Operation, Course>>> {
  const name = `${contestant.name.replaceAll(/\W+/g, '-')}-${part}`;
  const far = { url, name, capacity: 1, isPatient: true };
  if (contestant.kind === 'client') return { shared: reading(await contestant.open(far, KEYS)) };
  const isNear = part === 'near';
  const cache = await contestant.open(isNear ? { ...far, capacity: 2 * IN_MEMORY, isPatient: false } : far);
  await fill(cache, isNear ? IN_MEMORY : RESIDENTS);
  return isNear ? { memory: residing(cache) } : coursesBehind(cache);
}

async function fill(cache: Subject, count: number): Promise<void> {
  for (let start = 0; start < count; start += AT_ONCE) {
    const keys = KEYS.slice(start, Math.min(start + AT_ONCE, count));
    await Promise.all(keys.map((key, at) => cache.set(key, VALUES[start + at] as Value)));
  }
}

/** Hits in memory, by the call that loads: memory that cannot be vouched for is loaded anew, and that is what it costs. */
function residing(cache: Subject): Course {
  const loads = VALUES.map((value) => () => Promise.resolve(value));
  const placeOf = (at: number): number => at % IN_MEMORY;
  return {
    ask: (at) => cache.getOrLoad(keyAt(placeOf(at)), loads[placeOf(at)] as () => Promise<Value>),
    isRight: (answer, at) => isValueAt(answer, placeOf(at)),
    isMiss,
  };
}

function coursesBehind(cache: Subject): Partial<Record<Operation, Course>> {
  return {
    shared: reading(cache),
    set: writing(cache),
    cold: {
      ask: (at) => cache.getOrLoad(`cold:${at}`, () => Promise.resolve(VALUES[at % RESIDENTS] as Value)),
      isRight: isValueAt,
      isMiss,
    },
    load: { ask: (at) => cache.getOrLoad(keyAt(at), lose).catch(unlessLost), isRight: isValueAt, isMiss },
    many: {
      ask: (at) => cache.getMany(BATCHES[at % BATCHES.length] as readonly string[]),
      isRight: isBatchAt,
      isMiss: (answer) => (answer as readonly unknown[]).some(isMiss),
    },
  };
}

function reading(cache: Pick<Subject, 'get'>): Course {
  return { ask: (at) => cache.get(keyAt(at)), isRight: isValueAt, isMiss };
}

function writing(cache: Subject): Course {
  const write = async (at: number): Promise<Value | undefined> => {
    const value = VALUES[at % RESIDENTS] as Value;
    await cache.set(`set:${at % RESIDENTS}`, value);
    const earlier = at - SETTLED;
    if (earlier < 0 || at % READ_AGAIN !== 0) return value;
    const found = await cache.get(`set:${earlier % RESIDENTS}`);
    return isValueAt(found, earlier) ? value : found;
  };
  return { ask: write, isRight: isValueAt, isMiss };
}

function keyAt(at: number): string {
  return KEYS[at % RESIDENTS] as string;
}

function isValueAt(answer: unknown, at: number): boolean {
  return (answer as Value | undefined)?.id === at % RESIDENTS;
}

function isBatchAt(answer: unknown, at: number): boolean {
  const found = answer as readonly (Value | undefined)[];
  const first = (at % BATCHES.length) * MANY;
  return found.length === MANY && found.every((value, index) => value?.id === first + index);
}

function isMiss(answer: unknown): boolean {
  return answer === undefined;
}

/** Is to load what was there already; it leaves nothing behind, so that the key can be asked for again. */
function lose(): Promise<Value> {
  return Promise.reject(LOST);
}

function unlessLost(error: unknown): undefined {
  if (error !== LOST && (error as Error).cause !== LOST) throw error;
}
