import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FakeClock } from 'nuthatch/testing';
import { MapPort } from '../../../../test/support/many-port.js';
import type { Loader } from './loader.js';
import { Loaders } from './loaders.js';
import type { WarmObserver } from './progress.js';
import { type AccessLogOptions, warmFromAccessLog } from './warm-from-access-log.js';
import { assertWarmOnBoot, startWarming, type WarmOnBoot } from './warm-on-boot.js';

const capitals: Loader<string> = ({ key }) => key.toUpperCase();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nuthatch-access-log-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(text: string | Buffer, name = 'access.log'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

function line(path: string, method = 'GET', status = 200): string {
  return `203.0.113.7 - - [10/Oct/2025:13:55:36 -0700] "${method} ${path} HTTP/1.1" ${status} 12 "-" "-"\n`;
}

function open() {
  const port = new MapPort<string>();
  const failures: unknown[] = [];
  const observer: WarmObserver = {
    progressed: () => undefined,
    failed: (error) => failures.push(error),
    hookFailed: () => undefined,
  };
  const parts = { port, loaders: new Loaders<string>(), clock: new FakeClock(), observer };
  const start = (file: string, options: AccessLogOptions<string> = {}) =>
    warmFromAccessLog(parts, file, { loader: capitals, concurrency: 1, ...options });
  return { port, parts, failures, start };
}

describe('warmFromAccessLog', () => {
  it('loads what was requested most often, the most requested first', async () => {
    const { port, start } = open();
    const file = await write(['/a', '/b', '/c', '/b', '/c', '/c', '/d'].map((path) => line(path)).join(''));
    const report = await start(file, { top: 2 });
    expect(port.loads).toEqual(['/c', '/b']);
    expect(report).toMatchObject({ loaded: 2, failed: 0, isComplete: true });
    expect(report.log).toEqual({ lines: 7, requests: 7, skipped: 0, broken: 0, keys: 4, isExact: true });
  });

  it('loads nothing that is there', async () => {
    const { port, start } = open();
    port.values.set('/a', 'kept');
    expect(await start(await write(line('/a') + line('/b')))).toMatchObject({ loaded: 1, present: 1 });
    expect(port.loads).toEqual(['/b']);
  });

  it('counts broken lines, those that are too long and those that do not count, and goes on', async () => {
    const { port, start } = open();
    const text =
      line('/a') +
      'noise\n' +
      '\n' +
      line(`/${'x'.repeat(64 * 1024)}`) +
      line(`/${'y'.repeat(3000)}`) +
      line('/b', 'POST') +
      line('/c', 'GET', 500) +
      line('/d').trimEnd();
    const { log } = await start(await write(text));
    expect(log).toEqual({ lines: 7, requests: 2, skipped: 2, broken: 3, keys: 2, isExact: true });
    expect(port.loads).toEqual(['/a', '/d']);
  });

  it('reads compressed files, also those of several members', async () => {
    const { port, start } = open();
    const file = await write(
      Buffer.concat([gzipSync(line('/a')), gzipSync(line('/b') + line('/b'))]),
      'a.log.gz',
    );
    await start(file);
    expect(port.loads).toEqual(['/b', '/a']);
  });

  it('reads JSON, an object a line', async () => {
    const { port, start } = open();
    const text = `{"method":"GET","path":"/a","status":200}\n{"method":"GET"\n{"method":"PUT","path":"/b"}\n`;
    const { log } = await start(await write(text), { format: 'json' });
    expect(port.loads).toEqual(['/a']);
    expect(log).toMatchObject({ lines: 3, requests: 1, skipped: 1, broken: 1 });
  });

  it('reads lines as it is told to', async () => {
    const { port, start } = open();
    const parse = (text: string): string | undefined => {
      if (text === 'bad') throw new Error('bad');
      return text === 'other' ? undefined : text.slice(2);
    };
    const { log } = await start(await write('> a\nbad\nother\n> a\n'), { parse });
    expect(port.loads).toEqual(['a']);
    expect(log).toMatchObject({ requests: 2, skipped: 1, broken: 1 });
  });

  it('makes keys of paths as it is told to', async () => {
    const { port, start } = open();
    const key = (path: string): string | undefined => {
      if (path === '/throws') throw new Error('bad');
      if (path === '/number') return 7 as never;
      const [, id] = /^\/users\/(\d+)/.exec(path) ?? [];
      return id && `user:${id}`;
    };
    const text = ['/users/1?x', '/users/2', '/users/1', '/other', '/throws', '/number']
      .map((path) => line(path))
      .join('');
    const { log } = await start(await write(text), { key });
    expect(port.loads).toEqual(['user:1', 'user:2']);
    expect(log).toMatchObject({ requests: 3, skipped: 1, broken: 2 });
  });

  it('finds what is hot among more keys than it counts', async () => {
    const { port, start } = open();
    const lines = Array.from({ length: 120_000 }, (_, index) =>
      line(index % 20 === 0 ? '/hot' : `/cold/${index}`),
    );
    const { log } = await start(await write(lines.join('')), { top: 1 });
    expect(port.loads).toEqual(['/hot']);
    expect(log).toMatchObject({ lines: 120_000, keys: 100_000, isExact: false });
  });

  it('has nothing to do for an empty file', async () => {
    expect(await open().start(await write(''))).toMatchObject({
      loaded: 0,
      isComplete: true,
      log: { lines: 0 },
    });
  });

  it.each<[string, Buffer | string | undefined, string]>([
    ['missing.log', undefined, 'ENOENT'],
    ['damaged.log.gz', 'no gzip', 'incorrect header check'],
    ['cut-off.log.gz', gzipSync(line('/a').repeat(1000)).subarray(0, 60), 'unexpected end of file'],
  ])('rejects for %s, naming it, and loads nothing', async (name, content, why) => {
    const { port, start } = open();
    const file = content === undefined ? join(folder, name) : await write(content, name);
    await expect(start(file)).rejects.toMatchObject({
      code: 'bad_trace',
      message: expect.stringMatching(new RegExp(`^the access log .*${name} cannot be read: .*${why}`)),
    });
    expect(port.loads).toEqual([]);
  });

  it('rejects for a folder', async () => {
    await expect(open().start(folder)).rejects.toMatchObject({ code: 'bad_trace' });
  });

  it('ends without loading anything when its signal comes', async () => {
    const { port, start } = open();
    const file = await write(line('/a'));
    const report = await start(file, { signal: AbortSignal.abort() });
    expect(report).toMatchObject({ loaded: 0, isComplete: false, log: { lines: 0 } });
    expect(port.loads).toEqual([]);
  });

  it('says everything that is wrong with its options at once', async () => {
    const options = { top: 0, format: 'xml', parse: 1, key: 2, loader: 3, concurrency: -1 };
    const failing = open().start('', options as never);
    const expected = [
      'file must be the path of an access log, got ""',
      'top must be a positive whole number, got 0',
      'format must be one of combined, json, got "xml"',
      'parse must be a function, got 1',
      'key must be a function, got 2',
      'loader must be a function, or { many } with a bulk loader, got 3',
      'concurrency must be a positive whole number, got -1',
    ];
    await expect(failing).rejects.toThrow(expected.map((problem) => `- ${problem}`).join('\n'));
  });
});

describe('warming at boot', () => {
  it('begins in the next turn, so that loaders can be registered in this one', async () => {
    const { port, parts } = open();
    const warming = startWarming(parts, { keys: ['a'] });
    parts.loaders.register('a', capitals);
    expect(await warming.done).toMatchObject({ loaded: 1, isComplete: true });
    expect([...port.values]).toEqual([['a', 'A']]);
  });

  it('loads what an access log names, and what a function answers', async () => {
    const { port, parts } = open();
    const accessLog = await write(line('/b') + line('/a') + line('/b'));
    await startWarming(parts, { accessLog, top: 1, loader: capitals }).done;
    await startWarming(parts, { keys: () => new Set(['c']), loader: capitals }).done;
    expect(port.loads).toEqual(['/b', 'c']);
  });

  it.each<[string, WarmOnBoot<string>, object]>([
    ['a log that is missing', { accessLog: '/nowhere/access.log' }, { code: 'bad_trace' }],
    ['a list of keys that throws', { keys: () => { throw new Error('no list'); } }, { message: 'no list' }], // prettier-ignore
    ['a list of keys that is none', { keys: () => 'user:1' as never }, { code: 'bad_option' }],
  ])('never rejects: %s is in the report, and told', async (_name, options, error) => {
    const { parts, failures } = open();
    const report = await startWarming(parts, options).done;
    expect(report).toMatchObject({ loaded: 0, failed: 1, errors: [error], isComplete: false });
    expect(failures).toMatchObject([error]);
  });

  it('loads nothing more when it is stopped', async () => {
    const { port, parts } = open();
    const warming = startWarming(parts, { keys: ['a'], loader: capitals });
    warming.stop();
    expect(await warming.done).toMatchObject({ loaded: 0, isComplete: false });
    expect(port.loads).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'warm must be an object, got undefined'],
    ['neither keys nor a log', {}, 'keys must be an iterable'],
    ['both', { keys: [], accessLog: 'a.log' }, 'warm must be told either keys or accessLog'],
    ['a log without a name', { accessLog: '' }, 'file must be the path of an access log'],
    ['a wrong option', { keys: [], concurrency: 0 }, 'concurrency must be'],
    ['a wrong loader', { keys: [], loader: 1 }, 'loader must be'],
  ])('refuses %s', (_name, options, message) => {
    expect(() => assertWarmOnBoot(options as WarmOnBoot)).toThrow(message);
  });
});
