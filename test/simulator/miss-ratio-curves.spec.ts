import { missRatioCurves, type SimulationRow } from 'nuthatch/simulator';
import { spread } from '../../libs/simulator/src/spread.js';

const strategies = ['lru', 'lfu', 'sieve', 'arc', 'lirs', 'slru', 'fifo', 'opt'];

function rowsOf(sizes: readonly number[]): SimulationRow[] {
  const rest = { trace: 'birds & <owls>', requests: 1000, evictions: 0, nsPerRequest: 100 };
  return sizes.flatMap((size, step) =>
    strategies.map((strategy, at) => {
      const hitRatio = 0.2 + step / 10 + at / 100;
      return { ...rest, strategy, size, hits: 1000 * hitRatio, hitRatio };
    }),
  );
}

describe('miss-ratio curves', () => {
  it('are an SVG that stands alone: its size, a white ground, common fonts, nothing from elsewhere', async () => {
    const svg = await missRatioCurves(rowsOf([100, 1000, 5000]), { width: 800, height: 500 });
    expect(svg).toMatch(/^<svg width="800" height="500" xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('<rect width="800" height="500" x="0" y="0" fill="#fff">');
    expect(svg).toContain("font-family:Helvetica, Arial, 'DejaVu Sans', sans-serif");
    expect(svg).toContain('Miss ratio of birds &amp; &lt;owls&gt;');
    expect(svg).not.toMatch(/<(script|image|link|use)|url\(http/);
  });

  it('name every strategy twice: in the legend and at its line', async () => {
    const svg = await missRatioCurves(rowsOf([100, 1000]), { unit: 'bytes' });
    const named = strategies.map(
      (name) => svg.split(`>${name === 'opt' ? 'optimum' : name}</text>`).length - 1,
    );
    expect(named).toEqual(strategies.map(() => 2));
    for (const label of ['cache size (bytes, logarithmic)', '>1,000<', '>70 %<'])
      expect(svg).toContain(label);
  });

  it('can be drawn of one size', async () => {
    expect(await missRatioCurves(rowsOf([100]))).toContain('>100<');
  });
});

describe('labels', () => {
  it('stay where they are while there is room, and else move as little as possible', () => {
    expect(spread([0, 20, 40], 10)).toEqual([0, 20, 40]);
    expect(spread([0, 50, 50, 50, 100], 10)).toEqual([0, 40, 50, 60, 100]);
    expect(spread([7, 7, 10], 10)).toEqual([-2, 8, 18]);
    expect(spread([], 10)).toEqual([]);
  });
});
