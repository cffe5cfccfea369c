import { describe, expect, it } from '@jest/globals';
import { Together } from './together.js';

/** Doubles numbers, and tells which were asked for together. */
function open() {
  const rounds: (readonly number[])[] = [];
  const together = new Together(async (items: readonly number[]) => {
    rounds.push(items);
    if (items.includes(13)) throw new Error('thirteen');
    return items.map((item) => 2 * item);
  });
  return { together, rounds };
}

describe('what is asked for together', () => {
  it('is done as one, and everybody gets an answer', async () => {
    const { together, rounds } = open();
    const later = Promise.resolve()
      .then(() => undefined)
      .then(() => together.do(3));
    const answers = await Promise.all([together.do(1), together.do(2), later]);
    expect([answers, rounds]).toEqual([[2, 4, 6], [[1, 2, 3]]]);
  });

  it('is done once for each who comes after', async () => {
    const { together, rounds } = open();
    expect(await together.do(1)).toBe(2);
    expect(await together.do(1)).toBe(2);
    expect(rounds).toEqual([[1], [1]]);
  });

  it('is no more than a hundred at a time', async () => {
    const { together, rounds } = open();
    const answers = await Promise.all(Array.from({ length: 250 }, (_, at) => together.do(at + 100)));
    expect([answers[249], rounds.map(({ length }) => length)]).toEqual([698, [100, 100, 50]]);
  });

  it('fails for those who have asked, and not for who asks next', async () => {
    const { together } = open();
    const asked = await Promise.allSettled([together.do(1), together.do(13)]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await together.do(1)).toBe(2);
  });
});
