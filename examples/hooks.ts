// Hooks see values and ages, events are a stream, counters are numbers of your own.
import { filter, map } from 'rxjs';
import { type CacheHook, createCache, type EntryView } from 'nuthatch/engine';

class Bin implements CacheHook<string> {
  readonly evicted: string[] = [];

  onEvict(key: string, value: string, { hits }: EntryView): void {
    this.evicted.push(`${key}=${value}, read ${hits} times`);
  }
}

const cache = await createCache<string>({ maxItems: 2, eviction: 'lru' });
const bin = new Bin();
const removeHook = cache.addHook(bin);
const misses = cache.addCounter('interesting_misses');
cache.events$
  .pipe(
    filter((event) => event.type === 'entry_get_miss'),
    map(({ key }) => key),
  )
  .subscribe(() => misses.add());

await cache.set('owl', 'hoo');
await cache.get('owl');
await cache.set('jay', 'kraa');
await cache.set('wren', 'tik'); // one too many
await cache.get('owl');
console.log('in the bin:', bin.evicted);

removeHook();
await cache.set('tit', 'tsi');
const { hits, evictions, custom } = cache.metrics();
console.log({ hits, evictions, custom, binned: bin.evicted.length });

await cache.close();
