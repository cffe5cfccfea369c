import fc from 'fast-check';
import { type Cache, type CacheOptions, createCache } from 'nuthatch/engine';
// Audits every table when its cache is closed.
import '../support/caches.js';
import { act, perform, type Stage } from './actors.js';
import { type Call, describe, History, show } from './history.js';
import { breachesOf } from './oracle.js';
import { forgetInside, inside } from './probe.js';
import type { Scenario } from './scenarios.js';
import { ScheduledClock } from './scheduled-clock.js';
import { ScheduledStore } from './scheduled-store.js';
import { type Program, programs } from './steps.js';
import { Turns } from './turns.js';
import { Moments, type Value } from './value.js';

/** What is in the cache, and the store, before anybody acts. */
const SEEDED = ['a:0', 'b:0'];
/** How often who watches asks at most. */
const MOST_ASKED = 4;

/** The property of a scenario: whatever is done in whatever order, nothing is breached. */
export function interleaving(
  scenario: Scenario,
): fc.IAsyncPropertyWithHooks<[fc.Scheduler, number[], Program]> {
  const together = fc.array(fc.constantFrom(1, 1, 2, 3), { minLength: 1, maxLength: 8 });
  return fc.asyncProperty(
    fc.scheduler(),
    together,
    programs(scenario.weights),
    async (scheduler, sizes, program) => {
      const { breaches, history } = await run(scenario, new Turns(scheduler, sizes), program);
      if (breaches.length > 0)
        throw new Error([...breaches, 'what happened:', ...history.calls.map(describe)].join('\n'));
    },
  );
}

async function run(scenario: Scenario, turns: Turns, program: Program) {
  forgetInside();
  const stage = await open(scenario, turns);
  const { cache, clock, history } = stage;
  turns.isLive = true;
  if (scenario.isWatched === true) watch(stage);
  const ended = Promise.all(program.map((moves) => act(stage, moves)));
  let isOver = false;
  void ended.then(() => (isOver = true));
  await turns.giveAll(() => isOver);
  // Refreshes and flushes that nobody waits for.
  await turns.giveAll();
  if (scenario.weights.trouble !== undefined) await recover(stage);
  const breaches = await lastLook(stage, scenario);
  breaches.push(...breachesOf(history.calls, standardsOf(scenario)));
  breaches.push(...(await close(cache, turns)));
  if (clock.timers > 0) breaches.push(`${clock.timers} timers are left`);
  return { breaches, history };
}

function standardsOf({ role, options, weights, mayFail = [] }: Scenario) {
  const ages = options?.ttl !== undefined;
  const entriesGo = (ages && weights.advance !== undefined) || weights.trouble !== undefined;
  return { role, entriesGo, servesStale: ages, mayFail };
}

async function open({ role, options }: Scenario, turns: Turns): Promise<Stage> {
  const moments = new Moments();
  const clock = new ScheduledClock(turns);
  const store = role && new ScheduledStore(role, { turns, moments });
  const patient: CacheOptions<Value> = {
    store,
    resilience: { timeout: Infinity, writeTimeout: Infinity, breaker: false },
  };
  const cache = await createCache<Value>({
    clock,
    codec: 'json',
    ...(store !== undefined && patient),
    ...options,
  });
  const stage: Stage = {
    cache,
    store,
    clock,
    turns,
    moments,
    history: new History(moments),
    saved: undefined,
  };
  for (const key of SEEDED) await perform(stage, { does: 'set', key, tags: ['night'] });
  await perform(stage, { does: 'flush' });
  return stage;
}

/** Asks for the keys of what is changed and fenced, in turn with the others. */
function watch(stage: Stage): void {
  let asked = 0;
  stage.cache.events$.subscribe((event) => {
    if (event.type !== 'load_fenced' && event.type !== 'entry_deleted') return;
    if (asked++ < MOST_ASKED) void perform(stage, { does: 'get', key: event.key });
  });
}

/** The store is well again, and what it has missed is made up for. */
async function recover({ store, clock, turns }: Stage): Promise<void> {
  store?.failNext(0);
  for (let minute = 0; minute < 5; minute++) {
    clock.advance('1m');
    await turns.giveAll();
  }
}

/** Nothing is in flight any more, and memory, what is pending and the store agree. */
async function lastLook(stage: Stage, { weights }: Scenario): Promise<string[]> {
  const { turns, cache, history } = stage;
  const breaches: string[] = [];
  const { fences, flights } = inside();
  if (flights > 0) breaches.push(`${flights} flights are left`);
  // Commands that can be undone hold the fences of their keys.
  if (fences > 0 && weights.undo === undefined) breaches.push(`${fences} fences are left`);
  void perform(stage, { does: 'flush' });
  await turns.giveAll();
  const pending = cache.metrics().dirty_writes_pending;
  if (pending > 0) breaches.push(`${pending} writes are pending`);
  const keys = keysIn(history.calls);
  const isTroubled = weights.trouble !== undefined;
  breaches.push(...keys.flatMap((key) => disagreement(stage, key, isTroubled)));
  for (const key of keys) void perform(stage, { does: 'get', key });
  await turns.giveAll();
  return breaches;
}

function keysIn(calls: readonly Call[]): string[] {
  const keys = calls.flatMap(({ step }) => ('keys' in step ? step.keys : 'key' in step ? [step.key] : []));
  return [...new Set(keys)];
}

/** What memory has of a store of the role `'cache'`, the store has, too. */
function disagreement({ cache, store }: Stage, key: string, isTroubled: boolean): string[] {
  const resident = cache.peek(key);
  if (store?.role !== 'cache' || resident === undefined) return [];
  const stored = store.stored(key);
  if (stored?.id === resident.id || mayDiffer(resident, stored, isTroubled)) return [];
  const found = stored === undefined ? 'nothing' : show(stored);
  return [`memory has ${key} = ${show(resident)}, the store ${found}`];
}

/** Of two loads either may be left; and one may be in memory alone where its key was being invalidated, or the store in trouble. */
function mayDiffer(resident: Value, stored: Value | undefined, isTroubled: boolean): boolean {
  return resident.by === 'load' && (stored === undefined || stored.by === 'load' || isTroubled);
}

async function close(cache: Cache<Value>, turns: Turns): Promise<string[]> {
  let report: unknown;
  void cache.close().then((closed) => (report = closed.left === 0 ? 'closed' : closed));
  await turns.giveAll(() => report !== undefined);
  return report === 'closed' ? [] : [`closing: ${JSON.stringify(report)}`];
}
