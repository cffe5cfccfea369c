import fc from 'fast-check';
import { type EvictionName, type EvictionStrategy, evictionStrategies, seededRandom } from 'nuthatch/engine';
import { references } from './references.js';

const SLOTS = 30;

interface Step {
  readonly slot: number;
  readonly does: 'use' | 'remove' | 'evict';
}

const step = fc.record({
  slot: fc.nat(SLOTS - 1),
  does: fc.constantFrom<Step['does'][]>('use', 'use', 'use', 'use', 'remove', 'evict'),
});

/** A strategy after these steps, and which slots it then holds. */
function after(
  name: EvictionName,
  steps: readonly Step[],
): { strategy: EvictionStrategy; held: Set<number> } {
  const entries = { weight: () => 0, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 };
  const strategy = evictionStrategies[name].create({
    capacity: SLOTS,
    slots: 0,
    random: seededRandom(1),
    hashOf: (slot) => slot,
    entries,
  });
  const held = new Set<number>();
  for (const { slot, does } of steps) {
    if (does === 'evict') evict(strategy, held);
    else if (does === 'remove' && held.delete(slot)) strategy.onRemove(slot, 'deleted');
    else if (does === 'use' && held.has(slot)) strategy.onAccess(slot);
    else if (does === 'use') strategy.onInsert(slot);
    if (does === 'use') held.add(slot);
  }
  return { strategy, held };
}

function evict(strategy: EvictionStrategy, held: Set<number>): number | undefined {
  const victim = strategy.chooseVictim();
  if (victim === undefined) return undefined;
  strategy.onRemove(victim, 'evicted');
  held.delete(victim);
  return victim;
}

describe.each(Object.keys(references))('the order of %s', (name) => {
  it('is the one in which the residents leave when nobody is used any more', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        // The register of references uses the names of the strategies.
        const { strategy, held } = after(name as EvictionName, steps);
        const told = [...strategy.order()];
        expect(Array.from(told, () => evict(strategy, held))).toEqual(told);
      }),
      { numRuns: 100 },
    );
  });
});
