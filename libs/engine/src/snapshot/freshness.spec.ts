import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { openCache, openStored } from '../../../../test/support/caches.js';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { FakeClock } from 'nuthatch/testing';
import { type Cache, createCache } from '../index.js';
import { kept, read, resumed, written } from './freshness.js';

const MINUTE = 60_000;
const fileIn = async (): Promise<string> => join(await temporaryFolder(), 'birds.snapshot');

/** What the entries of a cache have left, in minutes. */
async function agesOf(cache: Cache<unknown>) {
  const { entries } = await cache.snapshot();
  return Object.fromEntries(
    entries.map(({ key, remainingMs = Infinity, freshness }) => [
      key,
      {
        life: remainingMs / MINUTE,
        fresh: (freshness?.freshMs ?? Infinity) / MINUTE,
        idle: (freshness?.idleMs ?? Infinity) / MINUTE,
        latest: (freshness?.latestMs ?? Infinity) / MINUTE,
      },
    ]),
  );
}

/** Entries that are fresh for ten minutes, until they are not used for five, and until they end; four minutes old. */
async function fill(cache: Cache<unknown>, clock: FakeClock): Promise<void> {
  await cache.set('graced', 1, { ttl: '10m', grace: '1h' });
  await cache.set('idling', 2, { ttl: '1h', tti: '5m' });
  await cache.set('plain', 3, { ttl: '1h' });
  clock.advance('4m');
}

const atFourMinutes = {
  graced: { life: 56, fresh: 6, idle: Infinity, latest: 6 },
  idling: { life: 1, fresh: 1, idle: 5, latest: 56 },
  plain: { life: 56, fresh: Infinity, idle: Infinity, latest: Infinity },
};

describe('the freshness of an entry', () => {
  it('goes on where it was, in a snapshot in memory', async () => {
    const { cache, clock } = await openCache<unknown>();
    await fill(cache, clock);
    expect(await agesOf(cache)).toEqual(atFourMinutes);
    const snapshot = await cache.snapshot();
    clock.advance('2h');
    await cache.restore(snapshot);
    expect(await agesOf(cache)).toEqual(atFourMinutes);
    clock.advance(MINUTE - 1);
    expect(await cache.get('idling')).toBe(2);
    clock.advance('5m');
    expect(await cache.get('graced')).toBe(1);
    clock.advance(1);
    expect(await cache.get('graced')).toBeUndefined();
    expect((await agesOf(cache))['graced']).toEqual({ life: 50, fresh: 0, idle: Infinity, latest: 0 });
  });

  it('has less of it by what has elapsed since a file was written, and may be stale then', async () => {
    const file = await fileIn();
    const [from, to] = [await openCache<unknown>(), await openCache<unknown>()];
    await fill(from.cache, from.clock);
    await from.cache.saveSnapshot(file);
    to.clock.advance('34m');
    await to.cache.restoreSnapshot(file);
    expect(await agesOf(to.cache)).toEqual({
      graced: { life: 26, fresh: -24, idle: Infinity, latest: -24 },
      plain: { life: 26, fresh: Infinity, idle: Infinity, latest: Infinity },
    });
    expect([await to.cache.get('graced'), await to.cache.get('plain')]).toEqual([undefined, 3]);
  });

  it('is in a text', async () => {
    const [from, to] = [await openCache<unknown>(), await openCache<unknown>()];
    await fill(from.cache, from.clock);
    to.clock.advance('4500ms');
    to.clock.advance('4m');
    await to.cache.deserialize(await from.cache.serialize());
    const { graced, idling } = await agesOf(to.cache);
    expect(graced).toEqual({ life: 56 - 0.075, fresh: 6 - 0.075, idle: Infinity, latest: 6 - 0.075 });
    expect(idling).toEqual({ life: 1 - 0.075, fresh: 1 - 0.075, idle: 5, latest: 56 - 0.075 });
  });

  it('is there after a warm start', async () => {
    const clock = new FakeClock();
    const warmStart = { file: await fileIn() };
    const first = await createCache<unknown>({ clock, warmStart });
    await fill(first, clock);
    await first.close();
    clock.advance('30s');
    const second = await createCache<unknown>({ clock, warmStart });
    expect(await second.whenWarm()).toBe(3);
    const { graced, idling } = await agesOf(second);
    expect([graced?.fresh, graced?.life, idling?.fresh, idling?.latest]).toEqual([5.5, 55.5, 0.5, 55.5]);
    await second.close();
  });

  it('of a row ends by the wall clock, and as much later as the row is restored', async () => {
    const file = await fileIn();
    const [from, to] = [await openStored<unknown>(), await openStored<unknown>()];
    const start = from.clock.wallNow();
    await fill(from.cache, from.clock);
    const ends = (key: string) => [from.rows.get(key)?.freshUntil, from.rows.get(key)?.expiresAt];
    expect(ends('graced')).toEqual([start + 10 * MINUTE, start + 60 * MINUTE]);
    expect(ends('plain')).toEqual([undefined, start + 60 * MINUTE]);
    const snapshot = await from.cache.snapshot();
    await from.cache.saveSnapshot(file);
    from.clock.advance('30m');
    await from.cache.restore(snapshot);
    expect(ends('graced')).toEqual([start + 40 * MINUTE, start + 90 * MINUTE]);
    to.clock.advance('34m');
    await to.cache.restoreSnapshot(file);
    expect(to.rows.get('graced')).toMatchObject({
      freshUntil: start + 10 * MINUTE,
      expiresAt: start + 60 * MINUTE,
    });
    expect(to.rows.get('plain')?.freshUntil).toBeUndefined();
  });

  it('is no affair of a record', async () => {
    const { cache, clock, rows } = await openStored<unknown>({ role: 'record' });
    await fill(cache, clock);
    expect(Array.from(rows.values(), ({ freshUntil }) => freshUntil)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is what it was where a file or a text was written before there was any', async () => {
    const file = await fileIn();
    await writeFile(file, Buffer.from(FIRST_FORMAT, 'base64'));
    const { cache, clock, rows } = await openStored<unknown>();
    clock.advance('34m');
    expect(await cache.restoreSnapshot(file)).toMatchObject({ entries: 2, rows: 2 });
    const plain = { fresh: Infinity, idle: Infinity, latest: Infinity };
    expect(await agesOf(cache)).toEqual({ owl: { life: 26, ...plain }, wren: { life: Infinity, ...plain } });
    expect(rows.get('owl')).toMatchObject({ tags: ['night'], expiresAt: clock.wallNow() + 26 * MINUTE });
    const text = {
      format: 'nuthatch entries',
      version: 1,
      takenAt: clock.wallNow() - MINUTE,
      codec: 'rich',
      entries: [['jay', '[1]', 10 * MINUTE, []]],
    };
    expect(await cache.deserialize(JSON.stringify(text))).toBe(1);
    expect((await agesOf(cache))['jay']).toEqual({ life: 9, ...plain });
  });

  it('is the same when it was written and read, and goes on from any moment', () => {
    const ms = fc.integer({ min: -1e9, max: 1e9 });
    const length = fc.nat();
    const orNever = (arbitrary: typeof length) => fc.oneof(arbitrary, fc.constant(Infinity));
    const freshness = fc.record({
      until: orNever(ms),
      idleMs: orNever(length),
      latest: orNever(ms),
      loadMs: length,
    });
    fc.assert(
      fc.property(freshness, ms, (before, now) => {
        const found = read(JSON.parse(JSON.stringify(written(kept(before, now)))));
        expect(found && resumed(found, now)).toEqual(before);
      }),
    );
  });
});

/** Two entries and two rows, four minutes after the clock began: `owl` for an hour with a tag, and `wren`. */
const FIRST_FORMAT =
  'TlVUSEFUQ0gB1gAAAHsiY29udGVudCI6InNuYXBzaG90IiwiY2FjaGUiOiJkZWZhdWx0IiwidGFrZW5BdCI6MTc2NzIyNTg0MDAwMCwiY29kZWMiOiJyaWNoIiwic2NoZW1hIjpudWxsLCJldmljdGlvbiI6ImxydSIsIndyaXRlUG9saWN5Ijoid3JpdGVUaHJvdWdoIiwiZW50cmllcyI6MiwiaGFzUm93cyI6dHJ1ZSwiaGFzVmFsdWVzIjp0cnVlLCJnemlwIjpmYWxzZSwiZW5jcnlwdGlvbiI6bnVsbH3/4j7iaAAAAAEsAAAAWyJvd2wiLDMzNjAwMDAsMCwxODA5NjM5MDE0NDAwMDAwLFsibmlnaHQiXV0AAwAAAFsxXSMAAABbIndyZW4iLG51bGwsMCwxODA5NjM5MDE0NDAwMDAxLFtdXQADAAAAWzJdd6DrA2oAAAACMAAAAFsib3dsIiwxNzY3MjI5MjAwMDAwLDE4MDk2MzkwMTQ0MDAwMDAsWyJuaWdodCJdXQADAAAAWzFdIQAAAFsid3JlbiIsbnVsbCwxODA5NjM5MDE0NDAwMDAxLFtdXQADAAAAWzJdsrwr1wYAAAADWzIsMl2VSTda';
