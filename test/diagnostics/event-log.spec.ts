import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { jest } from '@jest/globals';
import { type CacheEvent, type EventLogOptions, eventLog } from 'nuthatch/engine';
import { openCache, openStored, recordEvents } from '../support/caches.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});
afterEach(() => jest.restoreAllMocks());

/** A cache with a log in a file of its own. */
async function open(options: Partial<EventLogOptions> = {}) {
  const folder = await temporaryFolder();
  const file = join(folder, 'events.ndjson');
  const { cache, clock } = await openCache<number>();
  const log = eventLog(cache, { to: file, clock, ...options });
  return { cache, clock, log, file, folder };
}

/** The lines of a text; each must be JSON. */
function parsed(text: string): Record<string, unknown>[] {
  expect(text.endsWith('\n') || text === '').toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function linesIn(file: string): Promise<Record<string, unknown>[]> {
  return parsed(await readFile(file, 'utf8'));
}

/** A stream that takes a chunk when it is told to. */
class Gate extends Writable {
  readonly chunks: string[] = [];
  #waiting: ((error?: Error) => void)[] = [];
  isOpen = false;

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.chunks.push(chunk.toString());
    if (this.isOpen) done();
    else this.#waiting.push(done);
  }

  get text(): string {
    return this.chunks.join('');
  }

  open(): void {
    this.isOpen = true;
    for (const done of this.#waiting.splice(0)) done();
  }

  fail(error: Error): void {
    for (const done of this.#waiting.splice(0)) done(error);
  }
}

describe('the lines of an event log', () => {
  it('have wall time, type and cache first, and the fields of the event', async () => {
    const { cache, clock, log, file } = await open();
    await cache.set('owl', 1);
    clock.advance(1500);
    await cache.delete('owl');
    expect(await log.close()).toEqual({ written: 2, dropped: 0, error: undefined });
    expect(await readFile(file, 'utf8')).toBe(
      '{"time":"2026-01-01T00:00:00.000Z","type":"entry_set","cache":"default","key":"owl","source":"caller"}\n' +
        '{"time":"2026-01-01T00:00:01.500Z","type":"entry_deleted","cache":"default","key":"owl"}\n',
    );
  });

  it('leave out what is frequent, unless it is asked for', async () => {
    const { cache, log, file } = await open();
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.get('wren');
    await log.close();
    expect((await linesIn(file)).map(({ type }) => type)).toEqual(['entry_set']);
  });

  it('are those of the types that are asked for', async () => {
    const { cache, log, file } = await open({ events: ['entry_get_hit', 'entry_deleted'] });
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.delete('owl');
    await log.close();
    expect((await linesIn(file)).map(({ type }) => type)).toEqual(['entry_get_hit', 'entry_deleted']);
  });

  it('are an even share of a type that is sampled, and say so', async () => {
    const { cache, log, file } = await open({ sample: { entry_get_hit: 0.1 } });
    await cache.set('owl', 1);
    for (let read = 0; read < 100; read++) await cache.get('owl');
    await log.close();
    const [first, ...hits] = await linesIn(file);
    expect(first).toMatchObject({ type: 'entry_set' });
    expect(first).not.toHaveProperty('sampled');
    expect(hits).toHaveLength(10);
    expect(hits[0]).toMatchObject({ type: 'entry_get_hit', sampled: 0.1 });
  });

  it('tell errors by name, code and message', async () => {
    const file = join(await temporaryFolder(), 'log');
    const { cache } = await openCache<number>();
    const log = eventLog(cache, { to: file, events: ['load_failed'] });
    await expect(cache.getOrLoad('owl', () => Promise.reject(new TypeError('gone')))).rejects.toThrow('gone');
    await log.close();
    expect(await linesIn(file)).toMatchObject([
      { key: 'owl', error: { name: 'TypeError', message: 'gone' } },
    ]);
  });

  it('survive an event of your own that cannot be written, which is reported', async () => {
    const { cache, log, file } = await open();
    const events = recordEvents(cache);
    const own: Record<string, unknown> = { type: 'price_changed' };
    own['own'] = own;
    // An event of the user's own is whatever he has declared.
    cache.emit(own as never);
    await cache.set('owl', 1);
    await log.close();
    expect((await linesIn(file)).map(({ type }) => type)).toContain('entry_set');
    expect(events.map(({ type }) => type)).toContain('hook_failed');
  });
});

describe('keys in an event log', () => {
  const everything = async (options: Partial<EventLogOptions>) => {
    const { cache, log, file } = await open(options);
    await cache.set('user:1', 1, { tags: ['team:7'] });
    await cache.getOrLoad('user:2', () => Promise.reject(new Error('user:2 is gone'))).catch(() => undefined);
    await cache.invalidateTags('team:7');
    await cache.invalidateMatching('user:*');
    await cache.bumpVersion('user');
    await log.close();
    return readFile(file, 'utf8');
  };

  it('are there by default', async () => {
    expect(await everything({})).toContain('user:1');
  });

  it.each(['hashed', 'none'] as const)(
    'are not there where they are %s, and nothing that names them',
    async (keys) => {
      const text = await everything({ keys });
      expect(text).not.toMatch(/user|team/);
      expect(parsed(text).map(({ type }) => type)).toEqual(
        expect.arrayContaining(['entry_set', 'invalidated', 'load_failed']),
      );
    },
  );

  it('are hashed with the salt, each to 16 digits', async () => {
    const [line] = parsed(await everything({ keys: 'hashed', salt: 'pepper' }));
    const hash = createHmac('sha256', 'pepper').update('user:1').digest('hex').slice(0, 16);
    expect(line).toMatchObject({ type: 'entry_set', key: hash });
  });

  it('have other hashes in each log that is given no salt', async () => {
    const [[one], [other]] = [
      parsed(await everything({ keys: 'hashed' })),
      parsed(await everything({ keys: 'hashed' })),
    ];
    expect(one?.['key']).toMatch(/^[0-9a-f]{16}$/);
    expect(one?.['key']).not.toBe(other?.['key']);
  });
});

describe('a log in a file', () => {
  it("is its owner's alone", async () => {
    const { log, file } = await open();
    await log.close();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes on where the last one has ended', async () => {
    const { cache, log, file } = await open();
    await cache.set('owl', 1);
    await log.close();
    const next = eventLog(cache, { to: file });
    await cache.set('wren', 1);
    await next.close();
    expect((await linesIn(file)).map(({ key }) => key)).toEqual(['owl', 'wren']);
  });

  it('ends the line that a process has left unfinished', async () => {
    const { cache, log, file } = await open();
    await log.close();
    await appendFile(file, '{"time":"2026-');
    const next = eventLog(cache, { to: file });
    await cache.set('wren', 1);
    await next.close();
    const [torn, ...lines] = (await readFile(file, 'utf8')).split('\n');
    expect(torn).toBe('{"time":"2026-');
    expect(parsed(lines.join('\n'))).toMatchObject([{ key: 'wren' }]);
  });

  it('is put aside before it grows too long, and the oldest file goes', async () => {
    const { cache, log, file, folder } = await open({ rotate: { maxBytes: 1000, maxFiles: 3 } });
    for (let key = 0; key < 100; key++) {
      await cache.set(`key:${key}`, key);
      if (key % 7 === 0) await turn();
    }
    expect(await log.close()).toMatchObject({ written: 100, dropped: 0 });
    expect((await readdir(folder)).sort()).toEqual(['events.ndjson', 'events.ndjson.1', 'events.ndjson.2']);
    const files = ['.2', '.1', ''].map((age) => `${file}${age}`);
    const kept: unknown[] = [];
    for (const name of files) {
      expect((await stat(name)).size).toBeLessThanOrEqual(1000);
      expect((await stat(name)).mode & 0o777).toBe(0o600);
      kept.push(...(await linesIn(name)).map(({ key }) => key));
    }
    // The newest, without a gap.
    expect(kept.length).toBeGreaterThan(15);
    expect(kept).toEqual(
      Array.from({ length: kept.length }, (_, index) => `key:${100 - kept.length + index}`),
    );
  });

  it('takes nothing from the files before it where somebody has removed it', async () => {
    const { cache, log, file } = await open({ rotate: { maxBytes: 200, maxFiles: 3 } });
    for (const key of ['owl', 'wren', 'kite']) await cache.set(key, 1);
    while (log.report.written < 3) await turn();
    const before = await linesIn(`${file}.1`);
    await rm(file);
    await cache.set('rook', 1);
    await log.close();
    expect(await linesIn(file)).toMatchObject([{ key: 'rook' }]);
    expect(await linesIn(`${file}.1`)).toEqual(before);
  });

  it('is the only one where one is to be kept', async () => {
    const { cache, log, folder } = await open({ rotate: { maxBytes: 300, maxFiles: 1 } });
    for (let key = 0; key < 20; key++) await cache.set(`key:${key}`, key);
    await log.close();
    expect(await readdir(folder)).toEqual(['events.ndjson']);
  });

  it('has a line that is longer than a file may be for itself', async () => {
    const { cache, log, file } = await open({ rotate: { maxBytes: 300, maxFiles: 9 } });
    const long = 'x'.repeat(1000);
    for (const key of ['owl', long, 'wren']) await cache.set(key, 1);
    await log.close();
    const keys = await Promise.all([`${file}.2`, `${file}.1`, file].map(linesIn));
    expect(keys.map(([line]) => line?.['key'])).toEqual(['owl', long, 'wren']);
  });

  it('is closed when the cache is, with everything in it', async () => {
    const { cache, log, file } = await open();
    await cache.set('owl', 1);
    await cache.close();
    await log.close();
    expect(await linesIn(file)).toMatchObject([{ key: 'owl' }]);
  });

  it('is nothing of a cache that is closed', async () => {
    const { cache, file, log } = await open();
    await cache.close();
    await log.close();
    expect(await eventLog(cache, { to: file }).close()).toEqual({ written: 0, dropped: 0, error: undefined });
  });
});

describe('a disk that is full', () => {
  it('is told once, as hook_failed and as a warning, and the cache goes on', async () => {
    const { cache, clock, log } = await open({ to: '/dev/full' });
    const events: CacheEvent[] = recordEvents(cache);
    await cache.set('owl', 1);
    while (cache.metrics().hook_failures === 0) await turn();
    expect(await cache.get('owl')).toBe(1);
    for (let attempt = 0; attempt < 3; attempt++) await clock.advanceAsync('1m');
    expect(events.filter(({ type }) => type === 'hook_failed')).toMatchObject([
      { error: { code: 'bad_event_log', message: expect.stringMatching(/event log \/dev\/full.*ENOSPC/) } },
    ]);
    expect(warnings).toEqual([expect.stringMatching(/ENOSPC/)]);
    const report = await log.close();
    expect(report).toMatchObject({ written: 0, dropped: 2, error: { code: 'bad_event_log' } });
  });

  it('cuts no line in half: what came into the file of it is taken back', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'log');
    // The system lets no file grow beyond 8 KB, and writes what fits before it says so.
    const child = spawn('bash', ['-c', 'ulimit -f 8; exec "$0" "$@"', ...runner('fill', file)]);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    const lines = await linesIn(file);
    expect(lines.length).toBeGreaterThan(10);
    expect((await stat(file)).size).toBeLessThanOrEqual(8192);
    expect(lines.map(({ key }) => key)).toEqual(lines.map((_, index) => `key:${index}`));
  });
});

describe('a folder that is gone for a while', () => {
  it('costs no line that there is room for, and no file', async () => {
    const { cache, clock, log, file, folder } = await open({ rotate: { maxBytes: 300, maxFiles: 20 } });
    await cache.set('owl', 1);
    await cache.set('wren', 1);
    while (log.report.written < 2) await turn();
    await rename(folder, `${folder}.away`);
    await cache.set('kite', 1);
    while (log.report.error === undefined) await turn();
    await cache.set('rook', 1);
    await rename(`${folder}.away`, folder);
    await clock.advanceAsync('2s');
    while (log.report.written < 5) await turn();
    expect(log.report).toMatchObject({ dropped: 0, error: undefined });
    await log.close();
    const texts = await Promise.all(
      (await readdir(folder))
        .sort()
        .reverse()
        .map((name) => linesIn(join(folder, name))),
    );
    expect(texts.flat().map(({ key, type }) => key ?? type)).toEqual([
      'owl',
      'wren',
      'kite',
      'hook_failed',
      'rook',
    ]);
    expect(file).toContain(folder);
  });
});

describe('a process that is killed', () => {
  it('leaves whole lines, in order, and at most the last one unfinished', async () => {
    const file = join(await temporaryFolder(), 'log');
    const [command = '', ...args] = runner('flood', file);
    const child = spawn(command, args);
    const size = async (): Promise<number> => (await stat(file).catch(() => ({ size: 0 }))).size;
    while ((await size()) < 50_000) await turn();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(300);
    const numbers = lines.map((line) => (JSON.parse(line) as { key?: string }).key);
    const keys = numbers.filter((key) => key !== undefined);
    expect(keys).toEqual([...keys].sort((one, other) => numberOf(one) - numberOf(other)));
    const { cache } = await openCache<number>();
    const log = eventLog(cache, { to: file });
    await cache.set('next', 1);
    await log.close();
    expect(JSON.parse((await readFile(file, 'utf8')).trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      key: 'next',
    });
  });
});

describe('a log in a stream', () => {
  it('writes no faster than the stream takes it, holds a bounded part, and tells what is missing', async () => {
    const stream = new Gate();
    const { cache, log } = await open({ to: stream, maxBuffered: 1000 });
    for (let key = 0; key < 100; key++) await cache.set(`key:${key}`, key);
    await turn();
    for (let key = 100; key < 200; key++) await cache.set(`key:${key}`, key);
    const { dropped } = log.report;
    expect(dropped).toBeGreaterThan(180);
    expect(stream.chunks).toHaveLength(1);
    expect(stream.text.length).toBeLessThanOrEqual(1000);
    stream.open();
    while (!stream.text.includes('events_dropped')) await turn();
    await cache.set('late', 1);
    await log.close();
    const lines = parsed(stream.text);
    expect(lines.at(-2)).toMatchObject({ type: 'events_dropped', cache: 'default', dropped });
    expect(lines.at(-1)).toMatchObject({ key: 'late' });
    expect(lines).toHaveLength(200 - dropped + 2);
  });

  it('drops what comes after something dropped, so that one place tells of all that is missing', async () => {
    const stream = new Gate();
    const { cache, log } = await open({ to: stream, maxBuffered: 400 });
    for (const key of ['owl', 'x'.repeat(400), 'wren']) await cache.set(key, 1);
    stream.open();
    while (log.report.written < 2) await turn();
    await cache.set('kite', 1);
    await log.close();
    expect(parsed(stream.text)).toMatchObject([{ key: 'owl' }, { dropped: 2 }, { key: 'kite' }]);
  });

  it('takes events again while they go on coming', async () => {
    const stream = new Gate();
    const { cache, log } = await open({ to: stream, maxBuffered: 1000 });
    for (let key = 0; key < 100; key++) await cache.set(`key:${key}`, key);
    stream.open();
    let more = 0;
    while (log.report.written < 200) {
      await cache.set(`more:${more++}`, 1);
      await turn();
    }
    expect(parsed(stream.text).filter(({ type }) => type === 'events_dropped')).toHaveLength(1);
    await log.close();
  });

  it('leaves the stream open', async () => {
    const stream = new Gate();
    stream.open();
    const { cache, log } = await open({ to: stream });
    await cache.set('owl', 1);
    await log.close();
    expect(stream.writableEnded).toBe(false);
    expect(stream.destroyed).toBe(false);
  });

  it('leaves one listener on the stream however many logs it has had, so that what fails later ends no process', async () => {
    const stream = new Gate();
    stream.open();
    for (let time = 0; time < 12; time++) await (await open({ to: stream })).log.close();
    expect([stream.listenerCount('error'), stream.listenerCount('close')]).toEqual([1, 0]);
    stream.destroy(new Error('the other side has gone'));
    await turn();
    expect(warnings).toEqual([]);
  });

  it('ends where the stream fails: it is told, and the cache makes no more events for it', async () => {
    const stream = new Gate();
    const { cache, log } = await open({ to: stream });
    await cache.set('owl', 1);
    await turn();
    await turn();
    stream.fail(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
    while (cache.metrics().hook_failures === 0) await turn();
    await cache.set('wren', 1);
    expect(warnings).toEqual([expect.stringMatching(/event log stream.*ENOSPC/)]);
    expect(await log.close()).toMatchObject({ written: 0, dropped: 1, error: { code: 'bad_event_log' } });
    expect(cache.metrics().hook_failures).toBe(1);
  });

  it('survives a stream that fails while nothing is written', async () => {
    const stream = new Gate();
    stream.open();
    const { cache, log } = await open({ to: stream });
    stream.destroy(new Error('the other side has gone'));
    await turn();
    await cache.set('owl', 1);
    while (cache.metrics().hook_failures === 0) await turn();
    expect((await log.close()).error).toMatchObject({
      message: expect.stringContaining('the other side has gone'),
    });
  });

  it('lets a closing go on where the stream never takes what comes', async () => {
    const { cache, clock, log } = await open({ to: new Gate() });
    await cache.set('owl', 1);
    const closing = log.close(1000);
    await turn();
    await clock.advanceAsync('1s');
    expect(await closing).toMatchObject({ written: 0, dropped: 1 });
  });
});

describe('the store in an event log', () => {
  it('may fail, and the key in its message is not told where keys are not', async () => {
    const stream = new Gate();
    stream.open();
    const { cache, store } = await openStored<number>();
    const log = eventLog(cache, { to: stream, keys: 'hashed' });
    store.failAlways('get', new Error('disk gone'));
    await cache.get('secret-key');
    await log.close();
    expect(stream.text).toContain('"code":"store_failed"');
    expect(stream.text).not.toContain('secret-key');
  });
});

describe('an option of an event log', () => {
  it.each([
    ['to must be the path of a file or a writable stream, got undefined', { to: undefined }],
    ['rotate.maxFiles must be a positive whole number, got 0', { rotate: { maxFiles: 0 } }],
    ['sample.entry_set must be above 0 and at most 1, got 2', { sample: { entry_set: 2 } }],
    ["keys must be 'plain', 'hashed' or 'none', got \"md5\"", { keys: 'md5' }],
    ['there is no option file', { file: 'x' }],
    ['salt must be a non-empty string, got "number"', { salt: 12345 }],
    ['the event log /no/such/folder/log cannot be written: ENOENT', { to: '/no/such/folder/log' }],
  ])('is refused: %s', async (message, wrong) => {
    const { cache } = await openCache<number>();
    // Wrong on purpose.
    expect(() => eventLog(cache, { to: 'never', ...(wrong as object) })).toThrow(message);
  });
});

function numberOf(key: string): number {
  return Number(key.split(':')[1]);
}

/** A command that runs the writer beside this file. */
function runner(mode: string, file: string): string[] {
  const script = join(import.meta.dirname, 'event-log-writer.ts');
  return [process.execPath, '--import', '@swc-node/register/esm-register', script, mode, file];
}
