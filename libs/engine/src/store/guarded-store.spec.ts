import { FakeClock, FaultyStore, settle, type StoreMethod } from 'nuthatch/testing';
import { openGuarded as open, resolved } from '../../../../test/support/guarded.js';
import { CacheError, closed } from '../kernel/errors.js';
import type { Invalidation } from '../kernel/invalidation.js';
import type { BackingStore, Row } from './backing-store.js';
import type { StoreObserver } from './guard.js';
import { GuardedStore } from './guarded-store.js';
import { MapStore } from './map-store.js';

const owl: Row = { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: [] };
const night: Invalidation = { scope: 'tag', name: 'night', version: 2 };
const manyRows = Array.from({ length: 1200 }, (_, n) => [`bird ${n}`, { ...owl, key: `bird ${n}` }] as const);

async function* pagesOf(...pages: readonly (readonly Row[])[]) {
  yield* pages;
}

async function pagesIn(store: BackingStore): Promise<(readonly Row[])[]> {
  const pages: (readonly Row[])[] = [];
  for await (const page of store.scan?.() ?? []) pages.push(page);
  return pages;
}

function guard(store: BackingStore, observer: Partial<StoreObserver> = {}): GuardedStore {
  const deaf: StoreObserver = {
    storeAnswered: () => undefined,
    storeRefused: () => undefined,
    storeTimedOut: () => undefined,
    storeRejected: () => undefined,
    storeSettledLate: () => undefined,
    storeFailed: () => undefined,
    storeDegraded: () => undefined,
    storeRecovered: () => undefined,
  };
  const buffer = { isBuffering: () => false, holds: () => false };
  const parts = { name: 'guarded', clock: new FakeClock(), resilience: resolved({}), buffer };
  return new GuardedStore(store, { ...parts, observer: { ...deaf, ...observer } });
}

it('opens the store once, before its first use', async () => {
  const { faulty, store } = open();
  const letOpen = faulty.hold('open');
  const reads = Promise.all([store.get('owl'), store.getMany(['owl']), store.rows()]);
  await settle();
  expect(faulty.calls('get')).toBe(0);
  letOpen();
  expect(await reads).toEqual([undefined, [], []]);
  expect(faulty.calls('open')).toBe(1);
});

it('opens again after an opening that failed', async () => {
  const { faulty, store } = open();
  faulty.failNext('open', 2, new Error('disk is away'));
  await expect(store.get('owl')).rejects.toThrow('the backing store failed to open: disk is away');
  await expect(store.open()).rejects.toThrow('disk is away');
  expect(await store.get('owl')).toBeUndefined();
});

it.each<[StoreMethod, (store: BackingStore) => Promise<unknown>, string]>([
  ['get', (store) => store.get('owl'), 'read "owl"'],
  ['getMany', (store) => store.getMany(['owl', 'wren']), 'read 2 keys'],
  ['apply', (store) => store.apply([{ type: 'set', row: owl }]), 'write "owl"'],
  ['apply', (store) => store.apply([{ type: 'delete', key: 'owl', version: 2 }]), 'delete "owl"'],
  ['apply', (store) => store.apply([]), 'apply 0 operations'],
  ['clear', (store) => store.clear(), 'clear'],
  ['invalidate', (store) => store.invalidate([night]), 'remember 1 invalidation'],
  ['invalidations', (store) => store.invalidations(), 'list its invalidations'],
  ['rows', (store) => store.rows(), 'list its rows'],
  ['replaceAll', (store) => store.replaceAll(pagesOf([owl])), 'replace its rows'],
  ['scan', (store) => pagesIn(store), 'scan its rows'],
  ['close', (store) => store.open().then(() => store.close()), 'close'],
])('names what failed in %s, and keeps the cause', async (method, call, operation) => {
  const { faulty, store } = open();
  const cause = new Error('disk is away');
  faulty.failNext(method, 1, cause);
  const error = (await call(store).catch((thrown: unknown) => thrown)) as CacheError;
  expect(error).toBeInstanceOf(CacheError);
  expect(error).toMatchObject({
    code: 'store_failed',
    message: `the backing store failed to ${operation}: disk is away`,
    cause,
  });
});

it('passes an error of Nuthatch on as it is', async () => {
  const { faulty, store } = open();
  const error = closed('the file');
  faulty.failNext('get', 1, error);
  await expect(store.get('owl')).rejects.toBe(error);
});

it('rejects where a store answers what is no answer', async () => {
  // What a store in JavaScript may do.
  const nobody = null as unknown as undefined;
  const store = guard(Object.assign(new MapStore(), { get: () => Promise.resolve(nobody) }));
  await expect(store.get('owl')).rejects.toMatchObject({ code: 'store_failed' });
});

it('has no scan where the store has none', () => {
  class Plain extends MapStore {}
  Object.defineProperty(Plain.prototype, 'scan', { value: undefined });
  expect(guard(new Plain()).scan).toBeUndefined();
  expect(guard(new FaultyStore(new Plain())).scan).toBeUndefined();
  expect(open().store.scan).toBeDefined();
});

it('times each page of a scan, names the one that fails, and ends a scan that is broken off', async () => {
  const faulty = new FaultyStore(new MapStore({}, new Map(manyRows)));
  const calls: string[] = [];
  const observer = {
    storeAnswered: () => calls.push('answered'),
    storeRefused: ({ message }: CacheError) => calls.push(message),
  };
  const store = guard(faulty, observer);
  await store.open();
  calls.length = 0;
  expect((await pagesIn(store)).flat()).toHaveLength(manyRows.length);
  expect(new Set(calls)).toEqual(new Set(['answered']));
  calls.length = 0;
  await expect(async () => {
    for await (const _ of store.scan?.() ?? []) faulty.failNext('scan');
  }).rejects.toThrow('the backing store failed to scan its rows: scan was told to fail');
  expect(calls).toContain('the backing store failed to scan its rows: scan was told to fail');
  calls.length = 0;
  for await (const _ of store.scan?.() ?? []) break;
  expect(calls).toEqual(['answered', 'answered']);
});

it('closes the store once', async () => {
  const { faulty, store } = open();
  await store.open();
  await Promise.all([store.close(), store.close()]);
  await store.close();
  expect(faulty.calls('close')).toBe(1);
});

it('leaves a store alone that was never opened, or could not be', async () => {
  const { faulty, store } = open();
  await store.close();
  const other = open();
  other.faulty.failNext('open');
  const opening = other.store.open().catch(() => undefined);
  await Promise.all([opening, other.store.close()]);
  expect([faulty.calls('close'), other.faulty.calls('close')]).toEqual([0, 0]);
});

it('closes a store that is being opened once it is open', async () => {
  const { faulty, store } = open();
  const letOpen = faulty.hold('open');
  const opening = store.open();
  const closing = store.close();
  await settle();
  expect(faulty.calls('close')).toBe(0);
  letOpen();
  await Promise.all([opening, closing]);
  expect(faulty.calls('close')).toBe(1);
});

it('refuses every use after it was closed, used before or not', async () => {
  for (const use of [true, false]) {
    const { faulty, store } = open();
    if (use) await store.open();
    await store.close();
    await expect(store.get('owl')).rejects.toMatchObject({ code: 'closed' });
    await expect(store.open()).rejects.toMatchObject({ code: 'closed' });
    expect(faulty.calls('get')).toBe(0);
  }
});
