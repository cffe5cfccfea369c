import { cells, nameOf } from './cells.js';
import { crashTest } from './crash-test.js';
import { answers } from './postgres-answers.js';

const KILLS = 1;
const SEED = 20_261_121;

const hasPostgres = await answers();
if (!hasPostgres) console.log('skipped: crash tests over PostgreSQL, since no server answers');

describe('a writer that is killed', () => {
  const able = cells.filter(({ store }) => store === 'sqlite' || hasPostgres);

  it.each(able.map((cell, at) => [nameOf(cell), cell, SEED + at] as const))(
    'loses nothing that was promised: %s',
    async (_name, cell, seed) => {
      const { breaches } = await crashTest(cell, KILLS, seed);
      expect(breaches).toEqual([]);
    },
    120_000,
  );
});
