import { openCache as openPlain, openStored, recordEvents } from '../../../../test/support/caches.js';
import { Tags } from './tags.js';

function open() {
  return openStored<string>({ maxItems: 10 });
}

describe('the book of invalidated tags', () => {
  it('makes gone what was written up to the version, and nothing later', () => {
    const tags = new Tags();
    tags.invalidate('night', 5);
    expect([4, 5, 6].map((version) => tags.areCurrent(['day', 'night'], version))).toEqual([
      false,
      false,
      true,
    ]);
    expect(tags.areCurrent(['day'], 1)).toBe(true);
    expect(tags.areCurrent([], 1)).toBe(true);
  });

  it('still knows every tag after 10,001 of them', () => {
    const tags = new Tags();
    for (let tag = 0; tag <= 10_000; tag++) tags.invalidate(`tag ${tag}`, tag + 1);
    expect(tags.areCurrent(['tag 0'], 1)).toBe(false);
    expect(tags.areCurrent(['tag 10000'], 10_001)).toBe(false);
    expect(tags.areCurrent(['tag 0'], 10_002)).toBe(true);
    expect(tags.areCurrent([], 1)).toBe(true);
  });

  it('does not take along what was written lately and carries another tag', () => {
    const tags = new Tags();
    for (let tag = 0; tag <= 10_000; tag++) tags.invalidate(`tag ${tag}`, tag + 1);
    expect(tags.areCurrent(['another'], 9000)).toBe(true);
    expect(tags.areCurrent(['tag 9500'], 9600)).toBe(true);
    expect(tags.areCurrent(['tag 9500'], 9501)).toBe(false);
  });

  it('knows a tag that is invalidated again and again among the late ones', () => {
    const tags = new Tags();
    tags.invalidate('often', 1);
    for (let tag = 0; tag < 9999; tag++) tags.invalidate(`tag ${tag}`, tag + 2);
    tags.invalidate('often', 10_001);
    tags.invalidate('one more', 10_002);
    expect(tags.areCurrent(['often'], 10_000)).toBe(false);
    expect(tags.areCurrent(['another'], 8000)).toBe(true);
  });
});

describe('invalidateTags', () => {
  it('makes every entry gone that carries one of the tags, and no other', async () => {
    const { cache } = await open();
    await cache.set('owl', 'o', { tags: ['night', 'large'] });
    await cache.set('bat', 'b', { tags: ['night'] });
    await cache.set('eagle', 'e', { tags: ['large'] });
    await cache.set('wren', 'w');
    await cache.invalidateTags('night', 'unheard of');
    expect([...cache.keys()]).toEqual(['eagle', 'wren']);
    expect([await cache.get('owl'), cache.peek('bat'), await cache.has('bat')]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it('leaves what is written afterwards', async () => {
    const { cache } = await open();
    await cache.invalidateTags('night');
    await cache.set('owl', 'new', { tags: ['night'] });
    expect(await cache.get('owl')).toBe('new');
  });

  it('reaches results of loads that carry the tag', async () => {
    const { cache } = await open();
    await cache.getOrLoad('owl', () => 'old', { tags: ['night'] });
    await cache.invalidateTags('night');
    expect(await cache.getOrLoad('owl', () => 'new')).toBe('new');
  });

  it('does not bring back what had been overwritten without the tag', async () => {
    const { cache } = await open();
    await cache.set('owl', 'old', { tags: ['night'] });
    await cache.set('owl', 'new');
    await cache.invalidateTags('night');
    expect(await cache.get('owl')).toBe('new');
  });

  it('deletes the rows where the store is a cache, pending ones included', async () => {
    const { cache, rows } = await openStored({ writePolicy: 'writeBack' });
    await cache.set('owl', 1, { tags: ['night'] });
    await cache.flush();
    await cache.set('bat', 1, { tags: ['night'] });
    await cache.set('wren', 1);
    await cache.invalidateTags('night');
    expect([...rows.keys()]).toEqual(['wren']);
    expect(cache.metrics().dirty_writes_pending).toBe(0);
  });

  it('hides the entries also where the store refuses, and tells the caller', async () => {
    const { cache, store } = await open();
    await cache.set('owl', 'o', { tags: ['night'] });
    store.failNext('deleteTagged');
    await expect(cache.invalidateTags('night')).rejects.toMatchObject({ code: 'store_failed' });
    expect([await cache.get('owl'), cache.size]).toEqual([undefined, 0]);
  });

  it('makes memory alone forget where the store is the record', async () => {
    const { cache, rows, store } = await openStored({ role: 'record' });
    await cache.set('owl', 1, { tags: ['night'] });
    await cache.invalidateTags('night');
    expect([rows.size, cache.peek('owl')]).toEqual([1, undefined]);
    expect(await cache.get('owl')).toBe(1);
    expect(cache.peek('owl')).toBe(1);
    expect(store.calls('deleteTagged')).toBe(0);
  });

  it('reaches an entry that was read from the record before', async () => {
    const { cache, rows } = await openStored({ role: 'record' });
    await cache.set('owl', 1, { tags: ['night'] });
    await cache.invalidateTags('night');
    await cache.get('owl');
    const row = rows.get('owl');
    if (row !== undefined) rows.set('owl', { ...row, value: '[2]' });
    await cache.invalidateTags('night');
    expect(await cache.get('owl')).toBe(2);
  });

  it('says which tags it was', async () => {
    const { cache } = await openPlain();
    const events = recordEvents(cache);
    await cache.invalidateTags('night', 'day');
    expect(events).toEqual([{ type: 'invalidated', tags: ['night', 'day'], cache: 'default' }]);
  });
});
