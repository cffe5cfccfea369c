import { parseReference } from './reference.js';
import { summarize } from './summary.js';

const TABLE = ['trace\tsize\tOPT\tLRU\tARC', 'shop\t10\t90\t40\t62.5', 'shop\t20\t95\t50\t60'].join('\n');

function caseAt(
  size: number,
  hits: Readonly<Record<string, number>>,
): Parameters<typeof summarize>[0][number] {
  const rows = Object.entries(hits).map(([strategy, count]) => ({
    trace: 'shop',
    size,
    strategy,
    requests: 1000,
    hits: count,
    hitRatio: count / 1000,
  }));
  return { rows, reference: parseReference(TABLE).get('shop')?.get(size) };
}

describe('the summary', () => {
  const cases = [caseAt(10, { lru: 400, fifo: 300 }), caseAt(20, { lru: 510, fifo: 650 })];
  const [first, second] = summarize(cases);

  it('begins with who regrets least', () => {
    expect([first?.strategy, second?.strategy]).toEqual(['fifo', 'lru']);
  });

  it('takes regret against the best of the case, ours and the reference’s, and not against the optimum', () => {
    expect(second?.meanRegret).toBeCloseTo((22.5 + 14) / 2);
    expect(second?.worst).toEqual({ points: 22.5, at: 'shop 10' });
    expect(first?.meanRegret).toBeCloseTo((32.5 + 0) / 2);
  });

  it('tells the differences from the column of the same name, lowest first', () => {
    expect(second?.differences.map(({ at }) => at)).toEqual(['shop 10', 'shop 20']);
    expect(second?.differences[1]?.points).toBeCloseTo(1);
    expect(first?.differences).toEqual([]);
  });
});
