import { held } from '../../../../test/support/caches.js';
import { MapPort } from '../../../../test/support/many-port.js';
import type { BulkLoader } from './bulk-loader.js';
import { Loaders } from './loaders.js';
import { findOrLoadMany, type ManyRequest } from './many.js';

function open() {
  const port = new MapPort<string>();
  const loaders = new Loaders<string>();
  const calls: (readonly string[])[] = [];
  const bulk: BulkLoader<string> = (keys) => {
    calls.push(keys);
    return keys.map((key) => key.toUpperCase());
  };
  const load = (
    keys: readonly string[],
    loader?: ManyRequest<string>['loader'],
  ): Promise<Map<string, string>> => findOrLoadMany(port, keys, { loaders, loader, options: undefined });
  return { port, loaders, calls, bulk, load };
}

describe('findOrLoadMany', () => {
  it('answers in the order of the keys, with what is there and what it has loaded', async () => {
    const { port, load, bulk, calls } = open();
    port.values.set('b', 'kept');
    expect([...(await load(['c', 'b', 'a'], bulk))]).toEqual([
      ['c', 'C'],
      ['b', 'kept'],
      ['a', 'A'],
    ]);
    expect(calls).toEqual([['c', 'a']]);
    expect(port.finds).toEqual([['c', 'b', 'a']]);
  });

  it('asks nobody where everything is there', async () => {
    const { port, load, bulk, calls } = open();
    port.values.set('a', 'kept');
    expect(await load(['a'], bulk)).toEqual(new Map([['a', 'kept']]));
    expect([calls, port.loads]).toEqual([[], []]);
  });

  it('asks a function once for all keys, however many', async () => {
    const { load, bulk, calls } = open();
    const keys = Array.from({ length: 1000 }, (_, index) => `key ${index}`);
    expect([...(await load(keys, bulk)).keys()]).toEqual(keys);
    expect(calls).toEqual([keys]);
  });

  it('waits for keys that somebody else loads, and asks for the others alone', async () => {
    const { port, load, bulk, calls } = open();
    const gate = held<string>();
    const elsewhere = port.load('b', () => gate.promise, undefined);
    const answer = load(['a', 'b', 'c'], bulk);
    gate.resolve('elsewhere');
    expect([...(await answer).values()]).toEqual(['A', 'elsewhere', 'C']);
    expect(calls).toEqual([['a', 'c']]);
    await elsewhere;
  });

  it('keeps what was loaded where one key fails, and throws its error', async () => {
    const { port, load } = open();
    const answer = load(['a', 'b', 'c'], () => ['A', new Error('no b'), 'C']);
    await expect(answer).rejects.toThrow('no b');
    expect([...port.values]).toEqual([
      ['a', 'A'],
      ['c', 'C'],
    ]);
  });

  it('answers undefined for what is not found', async () => {
    const { load } = open();
    expect([...(await load(['a', 'b'], () => new Map([['b', 'B']])))]).toEqual([
      ['a', undefined],
      ['b', 'B'],
    ]);
  });

  it('asks registered loaders where it is given none, those for many together', async () => {
    const { port, load, bulk, calls, loaders } = open();
    loaders.register('user', { many: bulk }, { ttl: '5m' });
    loaders.register('home', () => 'sweet');
    expect([...(await load(['user:1', 'home', 'user:2'])).values()]).toEqual(['USER:1', 'sweet', 'USER:2']);
    expect(calls).toEqual([['user:1', 'user:2']]);
    expect(port.options).toEqual([{ ttl: '5m' }, undefined, { ttl: '5m' }]);
  });

  it('loads nothing where a key that is missing has no loader', async () => {
    const { port, load, loaders } = open();
    loaders.register('home', () => 'sweet');
    await expect(load(['home', 'user:1'])).rejects.toMatchObject({ code: 'no_loader' });
    expect(port.loads).toEqual([]);
    port.values.set('user:1', 'kept');
    expect([...(await load(['home', 'user:1'])).values()]).toEqual(['sweet', 'kept']);
  });

  it('asks for parts of the keys where the loader has a bound', async () => {
    const { load, bulk, calls } = open();
    await load(['a', 'b', 'c'], { many: bulk, maxBatch: 2 });
    expect(calls).toEqual([['a', 'b'], ['c']]);
  });

  it('refuses a loader that is none before it looks for anything', async () => {
    const { port, load } = open();
    await expect(load(['a'], 'load' as never)).rejects.toThrow('loader must be a function, or { many }');
    expect(port.finds).toEqual([]);
  });
});
