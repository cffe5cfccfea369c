import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeWithRedis, startRedis } from '../../../test/support/redis-servers.js';
import { temporaryFolder } from './temporary-folder.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const CLUSTER = ['--import', '@swc-node/register/esm-register', 'apps/demo/src/cluster.ts'];

describeWithRedis()('the demo of two processes', () => {
  let place: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    place = temporaryFolder();
  });

  afterEach(() => place.remove());

  /** Temporary files are in a folder of the test's own, and no PostgreSQL is found where none is named. */
  async function run(settings: Readonly<Record<string, string>>) {
    const env = { ...process.env, TMPDIR: place.folder, PGHOST: '/nowhere', ...settings };
    const program = spawn(process.execPath, CLUSTER, { cwd: ROOT, env });
    const [said, complaints, [code]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, 'close'),
    ]);
    // The loader of TypeScript keeps a folder there, too.
    const left = readdirSync(place.folder).filter((name) => name.startsWith('departures'));
    return { said: said.replaceAll(/\s+/g, ' '), complaints, code, left };
  }

  it('shows changes of one at the other, also after the bus was cut, and leaves Redis as it was', async () => {
    const { url } = await startRedis();
    const neighbour = new Redis(url);
    const waiting = neighbour.blpop('a list of somebody else', 0);
    const asking = new Redis(url);
    let cuts = 0;
    neighbour.on('close', () => (cuts += 1));
    await asking.set('a key of somebody else', 'stays');

    const { said, complaints, code, left } = await run({ REDIS_URL: url });
    expect({ complaints, code, left }).toEqual({ complaints: '', code: 0, left: [] });
    expect(said).toMatch(/10 changes shown after [\d.,]+ ms \(median\), [\d.,]+ ms \(worst\)/);
    expect(said).toMatch(/2 connections killed .* who asks now gets gate C1/);
    expect(said).toMatch(/100 requests the board of 20 flights was made /);
    expect(await asking.keys('*')).toEqual(['a key of somebody else']);
    expect(cuts).toBe(0);

    await asking.rpush('a list of somebody else', 'done');
    expect(await waiting).toEqual(['a list of somebody else', 'done']);
    neighbour.disconnect();
    asking.disconnect();
  }, 120_000);

  it('starts a Redis of its own where none answers, and stops it', async () => {
    const { said, complaints, code, left } = await run({ REDIS_URL: 'redis://:secret@127.0.0.1:1' });
    expect({ complaints, code, left }).toEqual({ complaints: '', code: 0, left: [] });
    expect(said).not.toContain('secret');
    const own = /a Redis of its own at (redis:\/\/127\.0\.0\.1:\d+), since redis:\/\/127\.0\.0\.1:1 does not/;
    const [, url = ''] = own.exec(said) ?? [];
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow();
  }, 120_000);

  it('says what it needs where there is no Redis to be had', async () => {
    expect(await run({ REDIS_URL: 'redis://127.0.0.1:1', PATH: '/nowhere' })).toEqual({
      said: '',
      complaints: expect.stringMatching(
        /^The demo of two processes did not start: it needs Redis, and redis:\/\/127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED.*\): .*redis-server\n$/,
      ),
      code: 1,
      left: [],
    });
  }, 60_000);
});
