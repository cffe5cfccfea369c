import { settle } from 'nuthatch/testing';
import { held, openCache as open } from '../../../../test/support/caches.js';
import { type Bird, MapRecords } from '../../../../test/support/map-records.js';

const owl: Bird = { name: 'owl', wings: 2 };
const wren: Bird = { name: 'wren', wings: 2 };

it('gives a record the tags and the life of the load', async () => {
  const store = new MapRecords(new Map([['owl', owl]]));
  const { cache, clock } = await open<Bird>({ store });
  const read = () => cache.getOrLoad('owl', () => wren, { tags: ['night'], ttl: '1m' });
  await read();
  store.records.set('owl', wren);
  expect(await read()).toEqual(owl);
  await cache.invalidateTags('night');
  expect(await read()).toEqual(wren);
  store.records.set('owl', owl);
  clock.advance('1m');
  expect(await read()).toEqual(owl);
});

it('does not keep, nor share with later callers, a record that was read before the invalidation', async () => {
  class Slow extends MapRecords {
    gate: Promise<void> = Promise.resolve();
    override async load(key: string): Promise<Bird | undefined> {
      const found = await super.load(key);
      await this.gate;
      return found;
    }
  }
  const store = new Slow(new Map([['owl', owl]]));
  const { cache } = await open<Bird>({ store });
  const read = () => cache.getOrLoad('owl', () => wren, { tags: ['night'] });
  const { promise, resolve } = held<void>();
  store.gate = promise;
  const early = read();
  await settle();
  store.records.set('owl', wren);
  await cache.invalidateTags('night');
  const late = read();
  await settle();
  resolve();
  expect([await early, await late, await read()]).toEqual([owl, wren, wren]);
});
