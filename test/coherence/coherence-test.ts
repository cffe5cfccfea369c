import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from 'nuthatch/engine';
import { Runner } from './cohort.js';
import { diverged } from './end-state.js';
import type { Scene } from './fault.js';
import { faultsOf } from './faults.js';
import { Judge } from './judge.js';
import { now, type Orders, type Plant, type Question, type Said } from './protocol.js';
import { Truth } from './truth.js';
import { type Mode, startWorld, type World } from './world.js';

const PROCESSES = 4;
const FIRST_FAULT_MS = 1000;
/** One load in so many is overtaken by a change. */
const OVERTAKEN_OF = 5;
const SHORTEST_REST_MS = 2500;
const LONGEST_REST_MS = 4000;
/** So long after a fault all are linked again, on a machine that has other work to do. */
const HEALED_MS = 10_000;

/** How long processes are watched, and what is done to them. */
export interface Plan {
  readonly mode: Mode;
  readonly seconds: number;
  readonly seed: number;
  readonly plant: Plant | undefined;
  /** Told of each fault when it begins. */
  readonly tell: (line: string) => void;
  /** The only faults there are to be, by a part of their names. */
  readonly only?: string | undefined;
}

/** What was seen. */
export interface Outcome {
  readonly figures: Judge['figures'];
  readonly faults: number;
  readonly changes: number;
  /** Keys of which somebody does not have the last version when everything has come to rest. */
  readonly diverged: number;
  readonly violations: number;
  /** Violations in words, the first of each kind. */
  readonly told: readonly string[];
}

/** Lets processes with a cache each read and change what they have in common while servers and connections fail. */
export async function coherenceTest(plan: Plan): Promise<Outcome> {
  const world = await startWorld(plan.mode);
  const truth = new Truth();
  const judge = new Judge(truth);
  const runners: Runner[] = [];
  const random = seededRandom(plan.seed);
  const heard = listenerOf(truth, judge);
  const listener: typeof heard = (said, from) => {
    heard(said, from);
    if (said.kind === 'asks') overtake(said.question, { from, runners, random });
  };
  const start = (at: number): Promise<Runner> => Runner.start(ordersOf(at, plan, world), listener);
  try {
    runners.push(...(await Promise.all(Array.from({ length: PROCESSES }, (_, at) => start(at)))));
    for (const runner of runners) runner.tell({ kind: 'go' });
    const faults = await trouble({ world, runners, random: seededRandom(plan.seed) }, plan, judge);
    await Promise.all(runners.map((runner) => runner.do({ kind: 'rest' })));
    const newcomer = await start(PROCESSES);
    runners.push(newcomer);
    const count = await diverged(runners, truth, judge);
    const { figures, violations, told } = judge;
    return { figures, faults, changes: truth.changes, diverged: count, violations, told };
  } finally {
    await Promise.all(runners.map((runner) => runner.end()));
    await world.stop();
  }
}

function ordersOf(at: number, { seed, plant }: Plan, { options }: World): Orders {
  return { at, seed, redis: options, plant };
}

/** One fault at a time, with rest in between, in which everything has to heal. */
async function trouble(scene: Scene, { seconds, tell, only = '' }: Plan, judge: Judge): Promise<number> {
  const { world, runners, random } = scene;
  const faults = faultsOf(world).filter(({ name }) => name.includes(only));
  const until = now() + seconds * 1000;
  const untilRest = until - LONGEST_REST_MS / 2;
  let count = 0;
  let left: (typeof faults)[number][] = [];
  await sleep(FIRST_FAULT_MS);
  while (now() < untilRest && faults.length > 0) {
    // Each has its turn before one comes again.
    if (left.length === 0) left = [...faults];
    const [fault] = left.splice(Math.floor(random.next() * left.length), 1);
    if (fault === undefined) break;
    const one = { name: fault.name, from: now(), to: Infinity };
    judge.troubles.push(one);
    tell(`${one.from.toFixed(0)} ${fault.name}`);
    await fault.run(scene);
    one.to = now();
    count++;
    const restMs = SHORTEST_REST_MS + random.next() * (LONGEST_REST_MS - SHORTEST_REST_MS);
    await sleep(Math.min(restMs, Math.max(SHORTEST_REST_MS, until - now())));
    await healed(runners, { after: one, judge });
  }
  await sleep(Math.max(0, until - now()));
  return count;
}

/** Resolves when every process hears the others again, or when that has taken too long. */
async function healed(
  runners: readonly Runner[],
  { after, judge }: { readonly after: Judge['troubles'][number]; readonly judge: Judge },
): Promise<void> {
  const isDeaf = (): boolean => runners.some(({ isLinked }) => !isLinked);
  while (isDeaf() && now() < after.to + HEALED_MS) await sleep(50);
  for (const runner of runners)
    if (!runner.isLinked)
      judge.violate('unhealed', `process ${runner.at} is not linked long after ${after.name}`, runner);
}

function listenerOf(truth: Truth, judge: Judge): (said: Said, from: Runner) => void {
  return (said, from) => {
    if (said.kind === 'asks')
      from.tell({ kind: 'answer', id: said.id, versions: answer(truth, said.question, from) });
    else if (said.kind === 'changed') truth.changed(said.changed);
    else if (said.kind === 'reads') {
      judge.reads(said.reads, from);
      judge.waited(said.wait, said.operations, from);
    } else if (said.kind === 'failed') judge.failed(said.how, said.reason, { at: said.at, from });
    else if (said.kind === 'traced')
      judge.told.push([`process ${from.at} and ${said.key}:`, ...said.lines].join('\n      '));
  };
}

/** Lets somebody else change what has just been read from the source, and is about to be shared. */
function overtake(
  question: Question,
  { from, runners, random }: Omit<Scene, 'world'> & { readonly from: Runner },
): void {
  const [key] = question.kind === 'read' ? question.keys : [];
  if (key === undefined || random.next() * OVERTAKEN_OF > 1) return;
  const others = runners.filter((runner) => runner !== from);
  others[Math.floor(random.next() * others.length)]?.tell({ kind: 'overtake', key });
}

function answer(truth: Truth, question: Question, from: Runner): readonly number[] {
  if (question.kind === 'read') return question.keys.map((key) => truth.read(key));
  return truth.change(question.change, from.at);
}
