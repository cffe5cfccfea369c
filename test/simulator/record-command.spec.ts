import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTrace } from 'nuthatch/simulator';
import { compiled } from '../support/programs.js';
import { nuthatch } from './command.js';
import { keysOf, temporaryFolder } from './files.js';

const APP = 'test/simulator/recorded-app.ts';
let app: string;

beforeAll(async () => {
  app = (await compiled(APP))[APP];
});

describe('nuthatch record', () => {
  it.each([
    ['has nothing more to do', 'done', 0],
    ['exits', 'exit', 3],
    ['dies of a signal', 'signal', 143],
  ])('writes a trace per cache of a program that %s, and ends like it', async (_, ending, code) => {
    const folder = join(await temporaryFolder(), 'traces');
    const out = join(folder, 'trace.txt.gz');
    const program = [process.execPath, app, ending];
    const answer = await nuthatch('record', '--out', out, '--', ...program);
    expect(answer.code).toBe(code);
    const files = (await readdir(folder)).sort();
    expect(files).toEqual(['trace.txt.gz', 'trace.users.2.txt.gz', 'trace.users.txt.gz']);
    const [other = [], twin = [], users = []] = await Promise.all(
      files.map(async (file) => keysOf(await readTrace(join(folder, file)))),
    );
    expect([users, twin, other]).toEqual([[0, 1, 0, 2], [0], [0]]);
    expect(answer.stderr).toContain(
      `4 requests of the cache users are in ${join(folder, 'trace.users.txt.gz')}`,
    );
  });

  it('writes hashes, which differ from recording to recording', async () => {
    const out = join(await temporaryFolder(), 'trace.txt.gz');
    const program = [process.execPath, app];
    await nuthatch('record', '--out', out, '--', ...program);
    const [first, second] = await Promise.all(
      [out, out.replace('.txt', '.users.2.txt')].map(async (file) =>
        gunzipSync(await readFile(file)).toString(),
      ),
    );
    expect([first, second]).toEqual([expect.stringMatching(/^\d+\n$/), expect.stringMatching(/^\d+\n$/)]);
    expect(first).not.toBe(second);
  });

  it('says so where the program made no cache', async () => {
    const out = join(await temporaryFolder(), 'trace.txt.gz');
    const { stderr } = await nuthatch('record', '--out', out, '--', process.execPath, '-e', '0');
    expect(stderr).toBe('nuthatch: nothing was recorded, since the program made no cache with createCache\n');
  });

  it.each([
    ['sample must be above 0 and at most 1, got 2', ['--sample', '2', 'true']],
    ['max must be a positive whole number, got NaN', ['--max', 'many', 'true']],
    ['no-such-program cannot be started: ', ['no-such-program']],
    ["missing required argument 'command'", []],
  ])('refuses: %s', async (complaint, args) => {
    const out = join(await temporaryFolder(), 'trace.txt.gz');
    const { code, stderr } = await nuthatch('record', '--out', out, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(complaint);
  });
});
