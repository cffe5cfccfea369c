import { distributed, DISTRIBUTED_USAGE } from './distributed/distributed.js';
import { hitRatio, HIT_RATIO_USAGE } from './hit-ratio/hit-ratio.js';
import { loads, LOADS_USAGE } from './loads/loads.js';
import { memory, MEMORY_USAGE } from './memory/memory.js';
import { nest, NEST_USAGE } from './nest/nest.js';
import { publish, PUBLISH_USAGE } from './publish.js';
import { refresh, REFRESH_USAGE } from './refresh/refresh.js';
import { ring, RING_USAGE } from './ring/ring.js';
import { search, SEARCH_USAGE } from './search/search.js';
import { snapshot, SNAPSHOT_USAGE } from './snapshot/snapshot.js';
import { stale, STALE_USAGE } from './stale/stale.js';
import { swap, SWAP_USAGE } from './swap/swap.js';
import { THROUGHPUT_USAGE } from './throughput/options.js';
import { throughput } from './throughput/throughput.js';
import { writes, WRITES_USAGE } from './writes/writes.js';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  throughput,
  'hit-ratio': hitRatio,
  memory,
  swap,
  snapshot,
  search,
  writes,
  loads,
  refresh,
  stale,
  nest,
  ring,
  distributed,
  publish,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.entries(benches).find(([known]) => known === name)?.[1];
if (bench === undefined) {
  const usages = [
    THROUGHPUT_USAGE,
    HIT_RATIO_USAGE,
    MEMORY_USAGE,
    SWAP_USAGE,
    SNAPSHOT_USAGE,
    SEARCH_USAGE,
    WRITES_USAGE,
    LOADS_USAGE,
    REFRESH_USAGE,
    STALE_USAGE,
    NEST_USAGE,
    RING_USAGE,
    DISTRIBUTED_USAGE,
    PUBLISH_USAGE,
  ];
  console.error(['npm run bench --', ...usages].join('\n'));
  process.exitCode = 1;
} else {
  await bench(args);
}
