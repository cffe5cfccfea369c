import cluster from 'node:cluster';
import type { Bus, BusContext, BusFactory } from './bus.js';
import { noCluster } from './bus-errors.js';
import { PrimaryBus } from './primary-bus.js';
import { WorkerBus } from './worker-bus.js';

/** What {@link clusterBus} may be told. */
export interface ClusterBusOptions {
  /** Caches hear each other where this is the same; `'nuthatch'` by default. */
  readonly name?: string | undefined;
}

/**
 * For caches in the worker processes of `node:cluster`, and in their primary process: messages go over the channel that Node has between them. The
 * primary must call `relayClusterBus()` once; without it, `open` fails after 2 seconds. Every publish is answered by the relay, which each worker
 * asks five times a second whether it is there. An open bus keeps its worker alive, as every listener of `'message'` does.
 *
 * Threads of one process use `broadcastBus`, which reaches no other process.
 */
export function clusterBus({ name = 'nuthatch' }: ClusterBusOptions = {}): BusFactory {
  return { name: 'cluster', create: (context) => create(name, context) };
}

function create(name: string, context: BusContext): Bus {
  const channel = `${name}:${context.namespace}`;
  if (cluster.isWorker) return new WorkerBus(channel, context);
  if (cluster.isPrimary) return new PrimaryBus(channel, context);
  throw noCluster();
}
