import * as ioredis from 'ioredis';
import { loadClient } from './load-client.js';

function failing(code: string | undefined, message: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(message), { code }));
}

it('loads the package that is installed, from a module of either kind', async () => {
  expect((await loadClient()).Redis).toBe(ioredis.Redis);
  expect((await loadClient(async () => ({ default: ioredis }))).Cluster).toBe(ioredis.Cluster);
});

it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
  'says what to install where there is none (%s)',
  async (code) => {
    await expect(loadClient(failing(code, 'Cannot find package'))).rejects.toMatchObject({
      code: 'missing_peer',
      message: 'nuthatch/redis needs the package ioredis, which was not found; npm install ioredis@5',
      cause: { code },
    });
  },
);

it.each<[string, () => Promise<unknown>]>([
  ['fails', failing(undefined, 'broken')],
  ['exports something else', async () => ({ default: 'no client' })],
])('says so where the package %s', async (_, load) => {
  await expect(loadClient(load)).rejects.toMatchObject({
    code: 'missing_peer',
    message: expect.stringMatching('could not be loaded: .*npm install ioredis@5') as string,
  });
});
