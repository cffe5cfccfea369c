import pg from 'pg';
import { FakeClock } from 'nuthatch/testing';
import { postgres, type PostgresClient } from './index.js';
import { loadClient } from './load-client.js';

function failing(code: string | undefined, message: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(message), { code }));
}

it('loads the package that is installed', async () => {
  expect((await loadClient()).Pool).toBe(pg.Pool);
});

it('takes the package from a module of either kind', async () => {
  expect((await loadClient(async () => ({ default: pg }))).Pool).toBe(pg.Pool);
  expect((await loadClient(async () => pg)).Pool).toBe(pg.Pool);
});

it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
  'says what to install where there is none (%s)',
  async (code) => {
    const client = () => loadClient(failing(code, 'Cannot find package'));
    await expect(openWith(client)).rejects.toMatchObject({
      code: 'missing_peer',
      message: 'nuthatch/postgres needs the package pg, which was not found; npm install pg@8',
      cause: { code },
    });
  },
);

it.each<[string, () => Promise<unknown>]>([
  ['fails', failing(undefined, 'broken')],
  ['exports something else', async () => ({ default: 'no pool' })],
])('says so where the package %s', async (_, load) => {
  await expect(loadClient(load)).rejects.toMatchObject({
    code: 'missing_peer',
    message: expect.stringMatching('could not be loaded: .*npm install pg@8') as string,
  });
});

async function openWith(client: () => Promise<PostgresClient>): Promise<void> {
  await postgres({ client }).create({ namespace: 'birds', clock: new FakeClock() }).open();
}
