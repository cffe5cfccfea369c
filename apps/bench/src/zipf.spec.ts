import { seededRandom } from 'nuthatch/engine';
import { zipfRanks } from './zipf.js';

describe('draws by zipf’s law', () => {
  const draw = (exponent: number): Uint32Array =>
    zipfRanks({ items: 100, draws: 50_000, exponent, random: seededRandom(1) });
  const countOf = (ranks: Uint32Array, rank: number): number => ranks.filter((one) => one === rank).length;

  it('stay below the number of items and reach all of them', () => {
    expect(new Set(draw(0.99)).size).toBe(100);
    expect(Math.max(...draw(0.99))).toBe(99);
  });

  it('draw the first item about twice as often as the second, by the exponent 1', () => {
    const ranks = draw(1);
    expect(countOf(ranks, 0) / countOf(ranks, 1)).toBeCloseTo(2, 0);
  });

  it('draw all items alike by the exponent 0', () => {
    const ranks = draw(0);
    expect(countOf(ranks, 0) / countOf(ranks, 99)).toBeCloseTo(1, 0);
  });
});
