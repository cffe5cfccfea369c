import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from './redis-servers-process.js';

/** How long a cluster may take to form on a machine that has other work to do. */
const FORMING_MS = 30_000;

/** A Redis cluster of a test's own. */
export class RedisCluster {
  /** Masters first, as it was made; who is master changes. */
  readonly nodes: readonly RedisServer[];
  readonly #replicas: number;

  private constructor(nodes: readonly RedisServer[], replicas: number) {
    this.nodes = nodes;
    this.#replicas = replicas;
  }

  /** Makes a cluster of servers that run in cluster mode; resolves when each can be asked and replicas are in sync. */
  static async form(nodes: readonly RedisServer[], replicas: number): Promise<RedisCluster> {
    const cluster = new RedisCluster(nodes, replicas);
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const perMaster = `${replicas / (nodes.length - replicas)}`;
    const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', perMaster, '--cluster-yes'];
    const made = await nodes[0]?.cli(...create);
    if (made?.includes('16384 slots covered') !== true) throw new Error(`no cluster was made: ${made}`);
    await cluster.settled();
    return cluster;
  }

  get urls(): readonly string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** Resolves when every node that answers finds the cluster well, and replicas are in sync. */
  async settled(): Promise<void> {
    const until = Date.now() + FORMING_MS;
    while (!(await this.#isSettled())) {
      if (Date.now() > until) throw new Error('the cluster does not settle');
      await sleep(50);
    }
  }

  /** The node that takes writes of a key, as the nodes see it that answer. */
  async masterOf(key: string): Promise<RedisServer> {
    const asked = this.nodes.find(({ isAnswering }) => isAnswering);
    if (asked === undefined) throw new Error('no node answers');
    const slot = Number(await asked.cli('cluster', 'keyslot', key));
    const port = masters(await asked.cli('cluster', 'nodes')).find(({ owns }) => owns(slot))?.port;
    const master = this.nodes.find((node) => node.port === port);
    if (master === undefined) throw new Error(`no node has slot ${slot}`);
    return master;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async #isSettled(): Promise<boolean> {
    const answering = this.nodes.filter(({ isAnswering }) => isAnswering);
    const states = await Promise.all(answering.map((node) => this.#stateOf(node)));
    const replicas = states.filter(({ isReplica }) => isReplica).length;
    const isWhole = answering.length < this.nodes.length || replicas === this.#replicas;
    return isWhole && states.every(({ isWell }) => isWell);
  }

  async #stateOf(node: RedisServer): Promise<{ isWell: boolean; isReplica: boolean }> {
    const [cluster, replication] = await Promise.all([
      node.cli('cluster', 'info'),
      node.cli('info', 'replication'),
    ]);
    const isReplica = replication.includes('role:slave');
    const isWell =
      cluster.includes('cluster_state:ok') &&
      cluster.includes(`cluster_known_nodes:${this.nodes.length}\r`) &&
      (isReplica ? replication.includes('master_link_status:up') : this.#hasItsReplicas(replication));
    return { isWell, isReplica };
  }

  /** A master has told its replicas everything. Where nodes are missing, it may have none. */
  #hasItsReplicas(replication: string): boolean {
    const isWhole = this.nodes.every(({ isAnswering }) => isAnswering);
    const count = this.#replicas / (this.nodes.length - this.#replicas);
    return !isWhole || replication.split('state=online').length - 1 >= Math.floor(count);
  }
}

/** The masters of `CLUSTER NODES` that have not failed. */
function masters(lines: string): { readonly port: number; owns(slot: number): boolean }[] {
  return lines.split('\n').flatMap((line) => {
    const [, address = '', flags = '', , , , , , ...slots] = line.trim().split(' ');
    const names = flags.split(',');
    if (!names.includes('master') || names.includes('fail')) return [];
    const port = Number(/:(\d+)@/.exec(address)?.[1]);
    return [{ port, owns: (slot) => slots.some((range) => isWithin(slot, range)) }];
  });
}

/** Slots that move are in brackets, and still belong to who lists them. */
function isWithin(slot: number, range: string): boolean {
  const [first = NaN, last = first] = range.split('-').map(Number);
  return slot >= first && slot <= last;
}
