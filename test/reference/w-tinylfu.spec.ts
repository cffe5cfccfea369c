import fc from 'fast-check';
import { type EvictionStrategy, evictionStrategies, type Slot } from 'nuthatch/engine';
import { FrequencySketch } from '../../libs/engine/src/eviction/frequency-sketch.js';
import { WTinyLfuReference } from './w-tinylfu.js';

function hashOf(key: number): number {
  return Math.imul(key + 1, 0x9e3779b1) >>> 0;
}

function open(capacity: number): { ask: WTinyLfuReference['request']; audit: () => void } {
  const slots = new Map<number, Slot>();
  const keys: number[] = [];
  const strategy: EvictionStrategy = evictionStrategies.wTinyLfu.create({
    capacity,
    slots: 0,
    // Nobody is let in by chance.
    random: { next: () => 0.5 },
    hashOf: (slot) => hashOf(keys[slot] ?? -1),
    entries: { weight: () => 0, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 },
  });
  const evict = (): number[] => {
    const victim = strategy.chooseVictim() ?? -1;
    strategy.onRemove(victim, 'evicted');
    const key = keys[victim] ?? -1;
    slots.delete(key);
    return [key];
  };
  const ask = (key: number): { hit: boolean; evicted: number[] } => {
    const present = slots.get(key);
    if (present !== undefined) {
      strategy.onAccess(present);
      return { hit: true, evicted: [] };
    }
    const slot = keys.push(key) - 1;
    slots.set(key, slot);
    strategy.onInsert(slot);
    return { hit: false, evicted: slots.size > capacity ? evict() : [] };
  };
  return { ask, audit: () => strategy.audit(new Set(slots.values())) };
}

function reference(capacity: number): WTinyLfuReference {
  // The counting is compared with an exact count elsewhere; here both guess the same.
  const sketch = new FrequencySketch(capacity);
  return new WTinyLfuReference(capacity, {
    increment: (key) => sketch.increment(hashOf(key)),
    estimate: (key) => sketch.estimate(hashOf(key)),
  });
}

const loop = fc
  .record({ from: fc.nat(40), length: fc.integer({ min: 1, max: 90 }) })
  .map(({ from, length }) => {
    return Array.from({ length: 3 * length }, (_, turn) => from + (turn % length));
  });
/** New keys all the time, each of them used again for a while. */
const recent = fc
  .array(fc.nat(24), { maxLength: 200 })
  .map((draws) => draws.map((draw, turn) => 1000 + Math.floor(turn / 3) - draw));
/** Low keys often, high ones seldom. */
const skewed = fc
  .array(fc.nat(99), { maxLength: 120 })
  .map((draws) => draws.map((draw) => Math.floor((draw * draw) / 100)));
const stream = fc.array(fc.oneof(loop, recent, skewed), { maxLength: 6 }).map((parts) => parts.flat());

describe('wTinyLfu beside its naive reference', () => {
  it('hits and evicts the same', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 60 }), (keys, capacity) => {
        const cache = open(capacity);
        const twin = reference(capacity);
        for (const [turn, key] of keys.entries()) {
          expect({ turn, key, ...cache.ask(key) }).toEqual({ turn, key, ...twin.request(key) });
          cache.audit();
        }
      }),
      { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 100) },
    );
  });
});
