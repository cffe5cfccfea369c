import fc from 'fast-check';
import { LirsGhosts } from './lirs-ghosts.js';

describe('LirsGhosts', () => {
  it('forgets the oldest when one too many is added', () => {
    const ghosts = new LirsGhosts(2);
    for (const hash of [7, 8, 9]) ghosts.add(hash, hash);
    expect([ghosts.size, ghosts.take(7), ghosts.take(8), ghosts.take(8)]).toEqual([2, false, true, false]);
  });

  it('keeps one of two keys that hash alike, the later', () => {
    const ghosts = new LirsGhosts(3);
    for (const [at, hash] of [5, 6, 5].entries()) ghosts.add(hash, at);
    ghosts.cut(1);
    expect([ghosts.size, ghosts.take(5)]).toEqual([1, true]);
  });

  it('does not keep what was used before others that it remembers', () => {
    const ghosts = new LirsGhosts(3);
    ghosts.add(1, 10);
    ghosts.add(2, 9);
    expect([ghosts.take(1), ghosts.take(2)]).toEqual([true, false]);
  });

  it('remembers nothing where its capacity is 0', () => {
    const ghosts = new LirsGhosts(0);
    ghosts.add(1, 1);
    expect([ghosts.size, ghosts.take(1)]).toEqual([0, false]);
  });

  it('finds each of a hundred thousand, negative hashes too', () => {
    const ghosts = new LirsGhosts(100_000);
    for (let hash = 0; hash < 250_000; hash++) ghosts.add(Math.imul(hash, 0x9e3779b1), hash);
    ghosts.audit('ghosts', 149_999);
    for (let hash = 0; hash < 250_000; hash++)
      if (ghosts.take(Math.imul(hash, 0x9e3779b1)) !== hash >= 150_000) throw new Error(`${hash}`);
    expect(ghosts.size).toBe(0);
  });

  it('keeps its order when it gives room back', () => {
    const ghosts = new LirsGhosts(10_000);
    for (let hash = 1; hash <= 10_000; hash++) ghosts.add(hash, hash);
    ghosts.resize(3);
    ghosts.audit('ghosts', 0);
    ghosts.cut(9_998);
    expect([9_998, 9_999, 10_000].map((hash) => ghosts.take(hash))).toEqual([false, true, true]);
  });

  it('does what a list in order of use would do', () => {
    fc.assert(fc.property(fc.nat(20), fc.array(step, { maxLength: 300, size: 'max' }), followsAnArray));
  });

  it('fails its audit where something should have been cut off', () => {
    const ghosts = new LirsGhosts(3);
    ghosts.add(1, 5);
    expect(() => ghosts.audit('ghosts', 4)).not.toThrow();
    expect(() => ghosts.audit('ghosts', 5)).toThrow('out of order');
  });
});

/** Some that end alike. */
const hash = fc.oneof(
  fc.nat(40),
  fc.nat(20).map((at) => at * 0x10000),
);
const step = fc.oneof(
  { arbitrary: fc.record({ does: fc.constant('add'), value: hash }), weight: 8 },
  { arbitrary: fc.record({ does: fc.constant('take'), value: hash }), weight: 4 },
  { arbitrary: fc.record({ does: fc.constant('cut'), value: fc.nat(300) }), weight: 1 },
  { arbitrary: fc.record({ does: fc.constant('resize'), value: fc.nat(100) }), weight: 1 },
);

function followsAnArray(
  capacity: number,
  steps: readonly { readonly does: string; readonly value: number }[],
): void {
  const ghosts = new LirsGhosts(capacity);
  let bound = capacity;
  let cut = -1;
  let model: { hash: number; use: number }[] = [];
  for (const [use, { does, value }] of steps.entries()) {
    const others = model.filter(({ hash }) => hash !== value);
    if (does === 'take') expect(ghosts.take(value)).toBe(others.length < model.length);
    else if (does === 'add') ghosts.add(value, use);
    else if (does === 'resize') ghosts.resize((bound = value));
    else ghosts.cut((cut = Math.min(value, use)));
    if (does === 'take') model = others;
    else if (does === 'add') model = [...others, { hash: value, use }];
    model = (bound === 0 ? [] : model.slice(-bound)).filter((ghost) => does !== 'cut' || ghost.use > cut);
    ghosts.audit('ghosts', -1);
    expect(ghosts.size).toBe(model.length);
  }
  for (const { hash } of model) expect(ghosts.take(hash)).toBe(true);
}
