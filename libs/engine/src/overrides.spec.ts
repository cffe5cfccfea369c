import { settle } from 'nuthatch/testing';
import { SetCommand } from './history/commands.js';
import { openCache } from '../../../test/support/caches.js';

function open() {
  return openCache<number>({ ttl: '10m' });
}

describe('withOverrides', () => {
  it('gives the writes and loads inside another time to live', async () => {
    const { cache, clock } = await open();
    await cache.withOverrides({ ttl: '1m' }, async () => {
      await cache.set('owl', 1);
      await cache.setMany([['wren', 1]]);
      await cache.getOrLoad('jay', () => 1);
    });
    await cache.set('emu', 1);
    clock.advance('2m');
    expect([...cache.keys()]).toEqual(['emu']);
  });

  it('reaches commands, and undoing them outside brings back what was', async () => {
    const { cache, clock } = await open();
    await cache.set('owl', 1);
    await cache.withOverrides({ ttl: '1m' }, () => cache.run(new SetCommand('owl', 2)));
    clock.advance('2m');
    expect(await cache.get('owl')).toBeUndefined();
    await cache.undo();
    expect(await cache.get('owl')).toBe(1);
  });

  it('reaches across awaits, and not to callers beside it', async () => {
    const { cache, clock } = await open();
    await Promise.all([
      cache.withOverrides({ ttl: '1m' }, async () => {
        await settle();
        await cache.set('inside', 1);
      }),
      (async () => {
        await settle();
        await cache.set('beside', 1);
      })(),
    ]);
    await cache.set('after', 1);
    clock.advance('2m');
    expect([...cache.keys()].sort()).toEqual(['after', 'beside']);
  });

  it('gives way to what a call says itself', async () => {
    const { cache, clock } = await open();
    await cache.withOverrides({ ttl: '1m' }, () => cache.set('owl', 1, { ttl: '5m' }));
    clock.advance('2m');
    expect(cache.peek('owl')).toBe(1);
  });

  it('stands where a call leaves an option undefined', async () => {
    const { cache, clock } = await open();
    await cache.withOverrides({ ttl: '1m' }, () => cache.set('owl', 1, { ttl: undefined, tags: ['night'] }));
    clock.advance('2m');
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('adds to what is overridden around it', async () => {
    const { cache, clock } = await open();
    await cache.withOverrides(
      { ttl: '1m' },
      () =>
      cache.withOverrides({ tags: ['night'] }, () => cache.setMany([['owl', 1], ['bat', 1]])), // prettier-ignore
    );
    await cache.set('bat', 2);
    await cache.invalidateTags('night');
    expect([...cache.keys()]).toEqual(['bat']);
    clock.advance('2m');
    expect(cache.peek('bat')).toBe(2);
  });

  it('answers what the function answers, and throws what it throws', async () => {
    const { cache } = await open();
    expect(cache.withOverrides({}, () => 42)).toBe(42);
    expect(() =>
      cache.withOverrides({}, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
  });
});
