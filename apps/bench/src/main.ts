/** What a bench is: its module is loaded when it is asked for, since each brings rivals of its own. */
interface Bench {
  readonly usage: string;
  readonly run: (args: readonly string[]) => Promise<void>;
}

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  throughput: async () => {
    const { THROUGHPUT_USAGE: usage } = await import('./throughput/options.js');
    const { throughput: run } = await import('./throughput/throughput.js');
    return { usage, run };
  },
  'hit-ratio': async () => {
    const { hitRatio: run, HIT_RATIO_USAGE: usage } = await import('./hit-ratio/hit-ratio.js');
    return { usage, run };
  },
  memory: async () => {
    const { memory: run, MEMORY_USAGE: usage } = await import('./memory/memory.js');
    return { usage, run };
  },
  swap: async () => {
    const { swap: run, SWAP_USAGE: usage } = await import('./swap/swap.js');
    return { usage, run };
  },
  snapshot: async () => {
    const { snapshot: run, SNAPSHOT_USAGE: usage } = await import('./snapshot/snapshot.js');
    return { usage, run };
  },
  search: async () => {
    const { search: run, SEARCH_USAGE: usage } = await import('./search/search.js');
    return { usage, run };
  },
  writes: async () => {
    const { writes: run, WRITES_USAGE: usage } = await import('./writes/writes.js');
    return { usage, run };
  },
  loads: async () => {
    const { loads: run, LOADS_USAGE: usage } = await import('./loads/loads.js');
    return { usage, run };
  },
  refresh: async () => {
    const { refresh: run, REFRESH_USAGE: usage } = await import('./refresh/refresh.js');
    return { usage, run };
  },
  stale: async () => {
    const { stale: run, STALE_USAGE: usage } = await import('./stale/stale.js');
    return { usage, run };
  },
  nest: async () => {
    const { nest: run, NEST_USAGE: usage } = await import('./nest/nest.js');
    return { usage, run };
  },
  ring: async () => {
    const { ring: run, RING_USAGE: usage } = await import('./ring/ring.js');
    return { usage, run };
  },
  distributed: async () => {
    const { distributed: run, DISTRIBUTED_USAGE: usage } = await import('./distributed/distributed.js');
    return { usage, run };
  },
  publish: async () => {
    const { publish: run, PUBLISH_USAGE: usage } = await import('./publish.js');
    return { usage, run };
  },
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.entries(benches).find(([known]) => known === name)?.[1];
if (bench === undefined) {
  const all = await Promise.all(Object.values(benches).map((load) => load()));
  console.error(['npm run bench --', ...all.map(({ usage }) => usage)].join('\n'));
  process.exitCode = 1;
} else {
  const { run } = await bench();
  await run(args);
}
