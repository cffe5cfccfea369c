import fc from 'fast-check';
import { GhostList } from './ghost-list.js';

function open(capacity: number, ...hashes: number[]): GhostList {
  const ghosts = new GhostList(capacity);
  for (const hash of hashes) ghosts.add(hash);
  return ghosts;
}

/** Which of the hashes it remembers. */
function kept(ghosts: GhostList, ...hashes: number[]): number[] {
  return hashes.filter((hash) => ghosts.has(hash));
}

describe('GhostList', () => {
  it('remembers as many as its capacity, and forgets the oldest first', () => {
    const ghosts = open(3, 10, 11, 12, 13);
    expect([ghosts.size, kept(ghosts, 10, 11, 12, 13)]).toEqual([3, [11, 12, 13]]);
    ghosts.removeOldest();
    expect([ghosts.size, kept(ghosts, 11, 12, 13)]).toEqual([2, [12, 13]]);
  });

  it('takes what is added again for the newest', () => {
    const ghosts = open(3, 10, 11, 12, 10, 13);
    expect(kept(ghosts, 10, 11, 12, 13)).toEqual([10, 12, 13]);
  });

  it('says whether what it deletes was there', () => {
    const ghosts = open(3, 10, 11);
    expect([ghosts.delete(10), ghosts.delete(10), ghosts.delete(99)]).toEqual([true, false, false]);
    expect([ghosts.size, kept(ghosts, 10, 11)]).toEqual([1, [11]]);
  });

  it('drops the oldest when it becomes smaller, and takes in more when it becomes larger', () => {
    const ghosts = open(5, 1, 2, 3, 4, 5);
    ghosts.resize(2);
    expect(kept(ghosts, 1, 2, 3, 4, 5)).toEqual([4, 5]);
    ghosts.resize(3);
    for (const hash of [6, 7]) ghosts.add(hash);
    expect(kept(ghosts, 4, 5, 6, 7)).toEqual([5, 6, 7]);
  });

  it('remembers nothing where its capacity is 0', () => {
    const ghosts = open(0, 1, 2);
    ghosts.removeOldest();
    expect([ghosts.size, ghosts.has(1), ghosts.delete(2)]).toEqual([0, false, false]);
    ghosts.audit('ghosts');
  });

  it('is empty and of use after it was cleared', () => {
    const ghosts = open(100, ...Array.from({ length: 100 }, (_, at) => at));
    ghosts.clear();
    expect([ghosts.size, ghosts.has(5)]).toEqual([0, false]);
    ghosts.add(5);
    expect(ghosts.has(5)).toBe(true);
    ghosts.audit('ghosts');
  });

  it('holds every hash that there is, negative ones too', () => {
    const ghosts = open(10, 0, 1, 0xffffffff, 0x80000000);
    expect(kept(ghosts, 0, 1, 0xffffffff, -1, 0x80000000, -0x80000000, 2)).toHaveLength(6);
  });

  it('keeps the order and the books at a hundred thousand hashes that come and go', () => {
    const ghosts = new GhostList(10_000);
    for (let hash = 2; hash < 100_000; hash++) {
      ghosts.add(Math.imul(hash, 0x2545f491));
      if (hash % 3 === 0) ghosts.delete(Math.imul(hash - (hash % 7), 0x2545f491));
    }
    ghosts.audit('ghosts');
    expect([ghosts.size, ghosts.has(Math.imul(99_998, 0x2545f491))]).toEqual([10_000, true]);
  });

  it('does what a list in order of arrival would do', () => {
    fc.assert(fc.property(fc.nat(40), fc.array(step, { maxLength: 300 }), followsAnArray));
  });
});

/** Some far apart, and some that share the first or the last chain. */
const hash = fc.oneof(
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 1, max: 30 }).map((at) => unspread(at)),
  fc.integer({ min: 1, max: 30 }).map((at) => unspread(-at)),
);
const step = fc.oneof(
  { arbitrary: fc.record({ does: fc.constant('add'), value: hash }), weight: 8 },
  { arbitrary: fc.record({ does: fc.constant('delete'), value: hash }), weight: 4 },
  { arbitrary: fc.record({ does: fc.constant('removeOldest'), value: fc.constant(0) }), weight: 2 },
  { arbitrary: fc.record({ does: fc.constant('resize'), value: fc.nat(90) }), weight: 1 },
);

/** The hash that the multiplication by 0x9e3779b1 turns into `word`. */
function unspread(word: number): number {
  return Math.imul(word, 0x0e8b2f51) >>> 0;
}

function followsAnArray(
  capacity: number,
  steps: readonly { readonly does: string; readonly value: number }[],
): void {
  const ghosts = open(capacity);
  let bound = capacity;
  let model: number[] = [];
  for (const { does, value } of steps) {
    const others = model.filter((other) => other !== value);
    if (does === 'delete') expect(ghosts.delete(value)).toBe(model.includes(value));
    else if (does === 'add') ghosts.add(value);
    else if (does === 'resize') ghosts.resize((bound = value));
    else ghosts.removeOldest();
    if (does === 'delete') model = others;
    else if (does === 'add') model = [...others, value];
    else if (does === 'removeOldest') model = model.slice(1);
    model = bound === 0 ? [] : model.slice(-bound);
    ghosts.audit('ghosts');
    expect([ghosts.size, kept(ghosts, ...model)]).toEqual([model.length, model]);
  }
  for (const oldest of model) {
    expect(ghosts.has(oldest)).toBe(true);
    ghosts.removeOldest();
    expect(ghosts.has(oldest)).toBe(false);
  }
}
