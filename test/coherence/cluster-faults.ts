import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../support/redis-servers.js';
import type { Fault, Scene } from './fault.js';
import { GUARDED } from './keys.js';
import { BUS_KEY, type World } from './world.js';

/** What a replica may take to notice that its master is gone, and to take over. */
const TAKEOVER_MS = 15_000;

/** What goes wrong in a Cluster alone. */
export const clusterFaults: readonly Fault[] = [
  {
    name: 'the master of some keys is killed and its replica takes over',
    run: (scene) => replace(scene, `nuthatch:${keyOf(scene)}`),
  },
  {
    name: 'the master of the bus is killed and its replica takes over',
    run: (scene) => replace(scene, BUS_KEY),
  },
  {
    name: 'a replica of some keys is told to take over',
    run: (scene) => handOver(scene, `nuthatch:${keyOf(scene)}`),
  },
  {
    name: 'the replica of the bus is told to take over',
    run: (scene) => handOver(scene, BUS_KEY),
  },
];

function keyOf({ random }: Scene): string {
  return GUARDED[Math.floor(random.next() * GUARDED.length)] ?? '';
}

/** The one that was killed comes back as the replica of the one that has taken over. */
async function replace({ world }: Scene, key: string): Promise<void> {
  const cluster = clusterOf(world);
  const master = await cluster.masterOf(key);
  await master.kill();
  const until = Date.now() + TAKEOVER_MS;
  while ((await newMasterOf(world, key, master)) === undefined) {
    if (Date.now() > until) throw new Error('no replica takes over');
    await sleep(100);
  }
  await sleep(500);
  await master.restart();
  await cluster.settled();
}

async function handOver({ world }: Scene, key: string): Promise<void> {
  const cluster = clusterOf(world);
  const master = await cluster.masterOf(key);
  const replica = await replicaOf(world, master);
  await replica.cli('cluster', 'failover');
  await sleep(1000);
  await cluster.settled();
}

async function newMasterOf(world: World, key: string, old: RedisServer): Promise<RedisServer | undefined> {
  // Until the others agree that it has failed, nobody has the key.
  const master = await clusterOf(world)
    .masterOf(key)
    .catch(() => undefined);
  return master === old ? undefined : master;
}

async function replicaOf(world: World, master: RedisServer): Promise<RedisServer> {
  const lines = (await master.cli('cluster', 'nodes')).split('\n').map((line) => line.split(' '));
  const id = lines.find(([, , flags]) => flags?.includes('myself'))?.[0];
  const address = lines.find(([, , , of]) => of === id)?.[1] ?? '';
  const port = Number(/:(\d+)@/.exec(address)?.[1]);
  const replica = world.servers.find((server) => server.port === port);
  if (replica === undefined) throw new Error(`nobody replicates the server on port ${master.port}`);
  return replica;
}

function clusterOf({ cluster }: World): NonNullable<World['cluster']> {
  if (cluster === undefined) throw new Error('this takes a Cluster');
  return cluster;
}
