import Database from 'better-sqlite3';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Row } from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import { recordIntervals } from '../../../test/support/intervals.js';
import { sqlite } from './index.js';

afterEach(() => jest.restoreAllMocks());

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-busy-'));
const owl: Row = { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: [] };
let file: string;

beforeEach(() => {
  file = join(mkdtempSync(join(folder, 'test-')), 'cache.db');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open({ busyTimeoutMs = 5000 } = {}) {
  const clock = new FakeClock();
  const store = sqlite({ file, busyTimeoutMs }).create({ namespace: 'birds', clock });
  await store.open();
  return { store, clock, write: (row = owl) => store.apply([{ type: 'set', row }]) };
}

/** Takes the lock of the file with another connection of this process. */
function lock(path = file) {
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  return {
    release: () => other.exec('COMMIT').close(),
  };
}

/** Another process that keeps the lock until it is told to let go. */
async function lockInAnotherProcess() {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const script = `
    const database = new (require(${JSON.stringify(driver)}))(${JSON.stringify(file)});
    database.exec('BEGIN IMMEDIATE');
    process.on('message', () => { database.exec('COMMIT'); process.disconnect(); });
    process.send('locked');
  `;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    release: async () => {
      child.send('let go');
      await once(child, 'exit');
    },
  };
}

it('waits for another process in timers of the clock, and writes when it lets go', async () => {
  const { store, clock, write } = await open();
  const other = await lockInAnotherProcess();
  const writing = write();
  for (let round = 0; round < 5; round += 1) {
    await settle();
    expect(clock.timers).toBe(1);
    await clock.advanceAsync(900);
  }
  expect(await store.get('owl')).toBeUndefined();
  await other.release();
  await clock.advanceAsync(50);
  await writing;
  expect(await store.get('owl')).toEqual(owl);
  expect(clock.timers).toBe(0);
  await store.close();
});

it('gives up at the deadline, with the file and how long it waited', async () => {
  const { store, clock, write } = await open({ busyTimeoutMs: 3000 });
  const other = lock();
  const writing = write().catch((error: unknown) => error);
  await settle();
  await clock.advanceAsync(2999);
  expect(clock.timers).toBe(1);
  await clock.advanceAsync(1);
  expect(await writing).toMatchObject({
    code: 'store_failed',
    message: `${file} stayed locked by another connection for 3000 ms (busyTimeoutMs)`,
    cause: { code: 'SQLITE_BUSY' },
  });
  other.release();
  await write();
  await store.close();
});

it('waits longer and longer, up to 50 ms', async () => {
  const { store, clock, write } = await open();
  const other = lock();
  const pauses: number[] = [];
  const schedule = clock.schedule.bind(clock);
  clock.schedule = (run, delayMs) => {
    pauses.push(delayMs);
    return schedule(run, delayMs);
  };
  const writing = write();
  await settle();
  await clock.advanceAsync(163);
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 50, 50, 50]);
  other.release();
  await clock.advanceAsync(50);
  await writing;
  await store.close();
});

it('does not wait at all where the time-out is zero', async () => {
  const { store, write } = await open({ busyTimeoutMs: 0 });
  const other = lock();
  await expect(write()).rejects.toMatchObject({ code: 'store_failed' });
  other.release();
  await store.close();
});

it('reads while another connection writes', async () => {
  const { store, clock, write } = await open();
  await write();
  const other = lock();
  expect(await store.get('owl')).toEqual(owl);
  expect(await store.getMany(['owl', 'wren'])).toEqual([owl]);
  expect(await store.rows()).toEqual([owl]);
  expect(clock.timers).toBe(0);
  other.release();
  await store.close();
});

it('keeps waiting writers in line, with one of them at the lock', async () => {
  const { store, clock, write } = await open();
  const other = lock();
  const writing = Promise.all(['1', '2', '3'].map((value) => write({ ...owl, value })));
  await settle();
  expect(clock.timers).toBe(1);
  other.release();
  await clock.advanceAsync(50);
  await writing;
  expect((await store.get('owl'))?.value).toBe('3');
  await store.close();
});

it('counts the wait of a writer from its call, not from its turn', async () => {
  const { store, clock, write } = await open({ busyTimeoutMs: 1000 });
  const other = lock();
  const outcomes = Promise.allSettled([write(), write()]);
  await settle();
  await clock.advanceAsync(1000);
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  other.release();
  await store.close();
});

it('waits for the lock also when it opens', async () => {
  const first = await open();
  await first.store.close();
  const other = lock();
  const clock = new FakeClock();
  const store = sqlite({ file }).create({ namespace: 'a new one', clock });
  const opening = store.open();
  await settle();
  expect(clock.timers).toBe(1);
  other.release();
  await clock.advanceAsync(50);
  await opening;
  await store.close();
});

it('closes after the writer that waits', async () => {
  const { store, clock, write } = await open();
  const other = lock();
  const writing = write();
  const closing = store.close();
  await settle();
  other.release();
  await clock.advanceAsync(50);
  await Promise.all([writing, closing]);
  const next = await open();
  expect(await next.store.get('owl')).toEqual(owl);
  await next.store.close();
});

it('keeps the process alive while a write waits, which timers of the clock do not', async () => {
  const { store, clock, write } = await open();
  const other = lock();
  const alive = recordIntervals();
  const writing = write();
  await settle();
  const whileWaiting = alive.size;
  other.release();
  await clock.advanceAsync(50);
  await writing;
  expect([whileWaiting, alive.size]).toEqual([1, 0]);
  await store.close();
});
