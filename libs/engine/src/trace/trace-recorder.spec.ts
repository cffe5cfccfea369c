import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import { openCache } from '../../../../test/support/caches.js';
import type { CacheHook } from '../events/hooks.js';
import { type Hookable, recordTrace } from './record-trace.js';
import { TraceRecorder } from './trace-recorder.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nuthatch-'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function linesIn(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
}

describe('a recorder', () => {
  it.each(['trace.txt', 'trace.txt.gz'])('writes a hash per request, in order, to %s', async (name) => {
    const file = join(folder, name);
    const recorder = new TraceRecorder({ file });
    const keys = Array.from({ length: 50_000 }, (_, index) => `key:${(index * 31) % 777}`);
    for (const key of keys) recorder.record(key);
    expect(await recorder.close()).toEqual({
      file,
      sampleRate: 1,
      recorded: 50_000,
      dropped: 0,
      error: undefined,
    });
    const lines = await linesIn(file);
    const hashes = new Map(keys.map((key, at) => [key, lines[at]]));
    expect(new Set(hashes.values()).size).toBe(777);
    expect(lines).toEqual(keys.map((key) => hashes.get(key)));
  });

  it('overwrites what was there', async () => {
    const file = join(folder, 'trace.txt');
    for (const keys of [['owl', 'wren'], ['owl']]) {
      const recorder = new TraceRecorder({ file });
      for (const key of keys) recorder.record(key);
      await recorder.close();
    }
    expect(await linesIn(file)).toHaveLength(1);
  });

  it('takes the share of the keys that it is told, with all their requests', async () => {
    const file = join(folder, 'trace.txt');
    const recorder = new TraceRecorder({ file, sampleRate: 0.1 });
    for (let round = 0; round < 3; round++)
      for (let key = 0; key < 10_000; key++) recorder.record(`key:${key}`);
    const { recorded } = await recorder.close();
    const lines = await linesIn(file);
    expect(lines).toHaveLength(recorded);
    expect(new Set(lines).size).toBe(recorded / 3);
    expect(recorded / 3).toBeGreaterThan(800);
    expect(recorded / 3).toBeLessThan(1200);
  });

  it('ends when it has as many requests as it is told', async () => {
    const recorder = new TraceRecorder({ file: join(folder, 'trace.txt'), maxRequests: 3 });
    for (const key of 'abcde') recorder.record(key);
    expect(recorder.isOpen).toBe(false);
    expect((await recorder.close()).recorded).toBe(3);
    expect(await linesIn(recorder.report.file)).toHaveLength(3);
  });

  it('drops and counts what comes faster than the disk writes, and keeps what it has', async () => {
    const file = join(folder, 'trace.txt.gz');
    const recorder = new TraceRecorder({ file });
    for (let key = 0; key < 200_000; key++) recorder.record(key);
    const { recorded, dropped } = await recorder.close();
    // Nothing is written within a turn of the event loop: sixteen batches wait, and one is being filled.
    expect([recorded, dropped]).toEqual([17 * 8192, 200_000 - 17 * 8192]);
    expect(await linesIn(file)).toHaveLength(recorded);
  });

  it('goes on when the disk has caught up', async () => {
    const file = join(folder, 'trace.txt');
    const recorder = new TraceRecorder({ file });
    for (let key = 0; key < 200_000; key++) recorder.record(key);
    const { dropped } = recorder.report;
    while ((await linesIn(file)).length < 16 * 8192);
    for (let key = 0; key < 50_000; key++) recorder.record(key);
    expect(await recorder.close()).toMatchObject({ recorded: 17 * 8192 + 50_000, dropped });
  });

  it.each(['trace.txt', 'trace.txt.gz'])(
    'writes everything to %s at once where the process ends',
    async (name) => {
      const recorder = new TraceRecorder({ file: join(folder, name) });
      for (let key = 0; key < 100_000; key++) recorder.record(key % 5003);
      await new Promise(setImmediate);
      expect(recorder.closeSync()).toMatchObject({ recorded: 100_000, dropped: 0 });
      const lines = await linesIn(join(folder, name));
      expect(lines).toHaveLength(100_000);
      expect(lines.slice(5003)).toEqual(lines.slice(0, -5003));
    },
  );

  it('never throws while it records: a disk that fails is a warning, and counts as dropped', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const recorder = new TraceRecorder({ file: '/dev/full' });
    for (let key = 0; key < 20_000; key++) recorder.record(key);
    const { recorded, dropped, error } = await recorder.close();
    expect([recorded, dropped]).toEqual([0, 20_000]);
    expect(String(error)).toContain('ENOSPC');
    expect(warn).toHaveBeenCalledTimes(1);
    recorder.record('owl');
    await recorder.close();
  });

  it.each([
    ['file must be the path of a file, got ""', { file: '' }],
    ['sampleRate must be above 0 and at most 1, got 0', { sampleRate: 0 }],
    ['maxRequests must be a positive whole number, got 1.5', { maxRequests: 1.5 }],
    ['cannot be written: ENOENT', { file: '/no/such/folder/trace.txt' }],
  ])('is refused: %s', (message, wrong) => {
    const options = { file: join(folder, 'trace.txt'), ...wrong };
    expect(() => new TraceRecorder(options)).toThrow(message);
  });
});

describe('the recording of a cache', () => {
  it('has a request per read, hit or miss, and none for writes', async () => {
    const { cache } = await openCache<number>();
    const recorder = recordTrace(cache, { file: join(folder, 'trace.txt') });
    await cache.get('owl');
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.getOrLoad('wren', () => 2);
    await cache.getMany(['owl', 'wren']);
    await cache.delete('owl');
    await cache.has('owl');
    await recorder.close();
    await cache.get('owl');
    const lines = await linesIn(recorder.report.file);
    const [owl, , wren] = lines;
    expect(lines).toEqual([owl, owl, wren, owl, wren]);
  });

  it('lets go of the cache when it has enough', async () => {
    const hooks = new Set<CacheHook>();
    const cache: Hookable = {
      addHook: (hook) => {
        hooks.add(hook);
        return () => hooks.delete(hook);
      },
    };
    const recorder = recordTrace(cache, { file: join(folder, 'trace.txt'), maxRequests: 2 });
    const [hook] = hooks;
    hook?.onMiss?.('owl');
    expect(hooks.size).toBe(1);
    hook?.onMiss?.('owl');
    expect(hooks.size).toBe(0);
    await recorder.close();
  });
});
