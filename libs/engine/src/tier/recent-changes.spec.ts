import { describe, expect, it } from '@jest/globals';
import type { Invalidation } from '../kernel/invalidation.js';
import { RecentChanges } from './recent-changes.js';

const tag = (name: string, version: number): Invalidation => ({ scope: 'tag', name, version });

/** Names that are told apart from the first to the last. */
const many = (count: number, from = 0): string[] => Array.from({ length: count }, (_, at) => `${from + at}`);

describe('what was changed of late', () => {
  it('is nothing at first, and that is all', () => {
    expect(new RecentChanges(1000).recent(0)).toEqual({ keys: [], invalidations: [], isComplete: true });
  });

  it('is known until the window has passed', () => {
    const changes = new RecentChanges(1000);
    changes.changed(['owl'], 0);
    changes.invalidated([tag('night', 5)], 400);
    changes.changed(['wren', 'jay'], 500);
    expect(changes.recent(1000)).toEqual({
      keys: ['owl', 'wren', 'jay'],
      invalidations: [tag('night', 5)],
      isComplete: true,
    });
    expect(changes.recent(1001).keys).toEqual(['wren', 'jay']);
    expect(changes.recent(1401)).toEqual({ keys: ['wren', 'jay'], invalidations: [], isComplete: true });
    expect(changes.recent(1501)).toEqual({ keys: [], invalidations: [], isComplete: true });
  });

  it('counts from the last change of a key', () => {
    const changes = new RecentChanges(1000);
    changes.changed(['owl', 'wren'], 0);
    changes.changed(['owl'], 800);
    expect(changes.recent(1001).keys).toEqual(['owl']);
  });

  it('has of each name the last invalidation, and tells scopes apart', () => {
    const changes = new RecentChanges(1000);
    changes.invalidated([tag('night', 5), { scope: 'prefix', name: 'night', version: 6 }], 0);
    changes.invalidated([tag('night', 9)], 800);
    expect(changes.recent(900).invalidations).toEqual([
      tag('night', 9),
      { scope: 'prefix', name: 'night', version: 6 },
    ]);
    expect(changes.recent(1001).invalidations).toEqual([tag('night', 9)]);
  });

  it.each(['keys', 'invalidations'] as const)('is 20,000 %s at most, the latest, and says so', (kind) => {
    const changes = new RecentChanges(1000);
    const change = (names: readonly string[], now: number): void => {
      if (kind === 'keys') changes.changed(names, now);
      else changes.invalidated(names.map((name) => tag(name, 1)), now); // prettier-ignore
    };
    change(many(20_000), 0);
    expect([changes.recent(10).isComplete, changes.recent(10)[kind].length]).toEqual([true, 20_000]);
    change(['one more'], 20);
    const { isComplete, [kind]: known } = changes.recent(20);
    const first = '10000';
    expect([isComplete, known.length, known[0]]).toEqual([
      false,
      10_001,
      kind === 'keys' ? first : tag(first, 1),
    ]);
    expect(known.at(-1)).toEqual(kind === 'keys' ? 'one more' : tag('one more', 1));
  });

  it('is all again a window after something was forgotten before its time', () => {
    const changes = new RecentChanges(1000);
    changes.changed(many(20_001), 0);
    expect(changes.recent(1000).isComplete).toBe(false);
    expect(changes.recent(1001)).toEqual({ keys: [], invalidations: [], isComplete: true });
  });

  it('is all where only what had its time was forgotten', () => {
    const changes = new RecentChanges(1000);
    changes.changed(many(20_000), 0);
    changes.changed(many(10_000, 20_000), 1001);
    const { keys, isComplete } = changes.recent(1001);
    expect([keys.length, keys[0], isComplete]).toEqual([10_000, '20000', true]);
  });
});
