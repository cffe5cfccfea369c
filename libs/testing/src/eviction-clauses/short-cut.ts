import assert from 'node:assert/strict';
import {
  type EvictionContext,
  type EvictionStrategy,
  type EvictionStrategyFactory,
  seededRandom,
} from 'nuthatch/engine';

/** How many entries there are room for. */
const ROOM = 20;
const STEPS = 150;

/** A strategy, and which entry, by its number, is in which slot. */
interface Seats {
  readonly strategy: EvictionStrategy;
  readonly entryAt: number[];
  free: number;
}

/**
 * Leads two of one strategy through the same life, one by its short cut, and one as a cache does that somebody listens to: who comes is inserted before
 * a victim is chosen. Strategies that have no short cut pass.
 */
export function assertSameEvictions(open: () => EvictionStrategyFactory, seed: number): void {
  const [short, long] = [seated(open()), seated(open())];
  if (short.strategy.replaceVictim === undefined) return;
  const random = seededRandom(seed);
  for (let step = 1; step <= STEPS; step++) {
    const used = short.entryAt[Math.floor(random.next() * ROOM)] ?? 0;
    for (const { strategy, entryAt } of [short, long]) strategy.onAccess(entryAt.indexOf(used));
    if (step % 3 > 0) continue;
    const entry = ROOM + step;
    const where = `at step ${step} of seed ${seed}`;
    assert.equal(
      replaceShort(short, entry),
      replaceLong(long, entry),
      `replaceVictim() answers another victim ${where}`,
    );
    assert.deepEqual(order(short), order(long), `replaceVictim() leaves another order() ${where}`);
  }
}

function seated(factory: EvictionStrategyFactory): Seats {
  const strategy = factory.create(context());
  const entryAt = Array.from({ length: ROOM }, (_, slot) => slot);
  for (const slot of entryAt) strategy.onInsert(slot);
  return { strategy, entryAt, free: ROOM };
}

function replaceShort({ strategy, entryAt }: Seats, entry: number): number | undefined {
  const victim = strategy.replaceVictim?.() ?? -1;
  const gone = entryAt[victim];
  entryAt[victim] = entry;
  return gone;
}

function replaceLong(seats: Seats, entry: number): number | undefined {
  const { strategy, entryAt, free } = seats;
  entryAt[free] = entry;
  strategy.onInsert(free);
  const victim = strategy.chooseVictim() ?? -1;
  strategy.onRemove(victim, 'evicted');
  const gone = entryAt[victim];
  entryAt[victim] = -1;
  seats.free = victim;
  return gone;
}

function order({ strategy, entryAt }: Seats): readonly (number | undefined)[] {
  return Array.from(strategy.order(), (slot) => entryAt[slot]);
}

function context(): EvictionContext {
  const entries = { weight: () => 1, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 };
  return { capacity: ROOM, slots: 0, random: seededRandom(1), hashOf: (slot) => slot, entries };
}
