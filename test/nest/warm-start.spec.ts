import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Cache, CacheManager, CacheModule } from 'nuthatch';
import { temporaryFolder } from '../support/temporary-folder.js';
import { closeApp, closeApps, openApp } from './open-app.js';

afterEach(async () => {
  await closeApps();
  jest.restoreAllMocks();
});

describe('the warm start of an application', () => {
  it('has in memory what was there when it was closed', async () => {
    const warmStart = { file: join(await temporaryFolder(), 'cache.warm') };
    const start = () =>
      openApp({ imports: [CacheModule.forRootAsync({ useFactory: () => ({ warmStart, ttl: '1h' }) })] });
    const first = await start();
    await first.get(Cache).set('owl', new Date(1));
    await closeApp(first);
    const cache = (await start()).get(Cache);
    expect(await cache.whenWarm()).toBe(1);
    expect(cache.peek('owl')).toEqual(new Date(1));
  });

  it('is each cache’s own: a named cache does not take the file of the default one', async () => {
    const folder = await temporaryFolder();
    const start = () =>
      openApp({
        imports: [
          CacheModule.forRoot({ warmStart: { file: join(folder, 'default.warm') } }),
          CacheModule.forFeature({ name: 'birds', warmStart: { file: join(folder, 'birds.warm') } }),
          CacheModule.forFeature({ name: 'cold' }),
        ],
      });
    const names = ['default', 'birds', 'cold'];
    const first = await start();
    for (const name of names) await first.get(CacheManager).get(name).set('key', name);
    await closeApp(first);
    const manager = (await start()).get(CacheManager);
    const warmed = await Promise.all(names.map((name) => manager.get(name).whenWarm()));
    expect(warmed).toEqual([1, 1, 0]);
    expect(names.map((name) => manager.get(name).peek('key'))).toEqual(['default', 'birds', undefined]);
  });

  it('does not fail the start for a file that cannot be used, which a warning tells', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const file = join(await temporaryFolder(), 'cache.warm');
    await writeFile(file, 'what an earlier version wrote');
    const app = await openApp({ imports: [CacheModule.forRoot({ warmStart: { file } })] });
    expect(await app.get(Cache).whenWarm()).toBe(0);
    expect(warned.mock.calls).toEqual([[expect.stringContaining('the file is no snapshot')]]);
  });
});
