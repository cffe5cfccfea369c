import { findPostgres } from '../support/postgres-server.js';
import { cells, nameOf } from './cells.js';
import { crashTest } from './crash-test.js';

const KILLS = 1;
const SEED = 20_261_121;

const server = await findPostgres();

describe('a writer that is killed', () => {
  const able = cells.filter(({ store }) => store === 'sqlite' || server !== undefined);

  it.each(able.map((cell, at) => [nameOf(cell), cell, SEED + at] as const))(
    'loses nothing that was promised: %s',
    async (_name, cell, seed) => {
      const { breaches } = await crashTest(cell, {
        kills: KILLS,
        seed,
        connectionString: server?.connectionString,
      });
      expect(breaches).toEqual([]);
    },
    120_000,
  );
});
