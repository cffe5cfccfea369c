import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nuthatch/testing';
import { seededRandom } from '../kernel/random.js';
import { CountMinSketch } from './count-min-sketch.js';
import { HotKeys, type HotKeysOptions, resolveHotKeys } from './hot-keys.js';

function open(options: HotKeysOptions = {}, seed = 1) {
  const clock = new FakeClock();
  const settings = resolveHotKeys({ window: '1s', threshold: 10, capacity: 3, ...options });
  const keys = new HotKeys(settings, { clock, random: seededRandom(seed) });
  const use = (key: string, times: number): void => {
    for (let time = 0; time < times; time++) keys.note(key);
  };
  return { clock, keys, use };
}

describe('hot keys', () => {
  it('are those that reach the threshold within a window', () => {
    const { keys, use } = open();
    use('owl', 9);
    expect(keys.isHot('owl')).toBe(false);
    expect(keys.note('owl')).toBe(true);
    expect(keys.isHot('owl')).toBe(true);
    expect(keys.isHot('wren')).toBe(false);
  });

  it('do not add up uses of two windows', () => {
    const { clock, keys, use } = open();
    use('owl', 9);
    clock.advance('1s');
    use('owl', 9);
    expect(keys.isHot('owl')).toBe(false);
  });

  it('stay hot until the end of the window after', () => {
    const { clock, keys, use } = open();
    use('owl', 10);
    clock.advance(1999);
    expect(keys.isHot('owl')).toBe(true);
    clock.advance(1);
    expect(keys.isHot('owl')).toBe(false);
  });

  it('are forgotten after a long silence', () => {
    const { clock, keys, use } = open();
    use('owl', 10);
    clock.advance('1h');
    expect(keys.hot()).toEqual([]);
  });

  it('are listed by how often they are used', () => {
    const { keys, use } = open();
    use('owl', 12);
    use('wren', 30);
    expect(keys.hot()).toEqual([
      { key: 'wren', uses: 30 },
      { key: 'owl', uses: 12 },
    ]);
  });

  it('are no more than the capacity, and keep what is used most', () => {
    const { keys, use } = open();
    use('owl', 500);
    for (let key = 0; key < 50; key++) use(`key ${key}`, 10);
    expect(keys.hot()).toHaveLength(3);
    expect(keys.hot()[0]?.key).toBe('owl');
  });

  it('are the same for the same seed', () => {
    const run = (): unknown => {
      const { keys, use } = open({}, 7);
      for (let key = 0; key < 50; key++) use(`key ${key}`, 10 + (key % 5));
      return keys.hot();
    };
    expect(run()).toEqual(run());
  });

  it('are told apart from a long tail', () => {
    const { keys, use } = open({ threshold: 200 });
    for (let key = 0; key < 20_000; key++) keys.note(`tail ${key}`);
    use('owl', 200);
    expect(keys.hot().map(({ key }) => key)).toEqual(['owl']);
  });

  it('refuse every wrong option at once', () => {
    // @ts-expect-error a name that there is not
    expect(() => resolveHotKeys({ threshold: 0, capacity: 1.5, windows: 1 })).toThrow(
      /hotKeys.windows[\s\S]*hotKeys.threshold must be[\s\S]*hotKeys.capacity must be/,
    );
  });
});

describe('a count-min sketch', () => {
  it('never counts too few, and seldom too many', () => {
    const sketch = new CountMinSketch();
    const random = seededRandom(3);
    const counts = new Map<number, number>();
    for (let time = 0; time < 50_000; time++) {
      const hash = Math.floor(random.next() ** 3 * 10_000) * 2_654_435_761;
      counts.set(hash | 0, (counts.get(hash | 0) ?? 0) + 1);
      sketch.add(hash | 0);
    }
    const over = Array.from(counts, ([hash, count]) => sketch.count(hash) - count);
    expect(Math.min(...over)).toBe(0);
    const bound = (Math.E / 8192) * 50_000;
    expect(over.filter((by) => by > bound).length).toBeLessThan(0.02 * counts.size);
  });

  it('is empty once it is cleared', () => {
    const sketch = new CountMinSketch();
    expect([sketch.add(5), sketch.add(5)]).toEqual([1, 2]);
    sketch.clear();
    expect(sketch.count(5)).toBe(0);
  });
});
