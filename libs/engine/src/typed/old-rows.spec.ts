import { OldRows } from './old-rows.js';

/** Rewrites nothing, and remembers what it was asked. */
function open() {
  const asked: string[] = [];
  const rewriter = { rewrite: async (key: string) => void asked.push(key) };
  return { oldRows: new OldRows(), rewriter, asked };
}

describe('the old rows of a cache', () => {
  it('are renewed where they were read, and no longer where a value was put in their place', async () => {
    const { oldRows, rewriter, asked } = open();
    for (const key of ['a', 'b', 'c']) oldRows.found(key);
    oldRows.settled('b');
    oldRows.renew(rewriter, ['a', 'b', 'x']);
    await new Promise(setImmediate);
    expect(asked).toEqual(['a']);
    oldRows.renew(rewriter, ['a', 'c']);
    await new Promise(setImmediate);
    expect(asked).toEqual(['a', 'c']);
  });

  it('are news once', () => {
    const { oldRows } = open();
    expect([oldRows.found('a'), oldRows.found('a')]).toEqual([true, false]);
  });

  it('take no more memory than 10,000 keys do: the oldest are forgotten', async () => {
    const { oldRows, rewriter, asked } = open();
    for (let n = 0; n <= 10_000; n++) oldRows.found(String(n));
    oldRows.renew(rewriter, ['0', '1', '10000']);
    await new Promise(setImmediate);
    expect(asked).toEqual(['1', '10000']);
  });
});
