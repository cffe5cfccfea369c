import type { Redis } from 'ioredis';
import { addressOf } from './address.js';
import { isCluster, mastersOf, type RedisClient } from './client.js';
import { type Identity, identityIn, UNKNOWN } from './identity.js';

/** Told of what acknowledged writes may be lost; see `TierContext.suspect`. */
export type SuspectListener = (lost: 'all' | 'recent', reason: string) => void;

/** Of so many addresses it is known who was there; those of containers come and go. */
const MOST_ADDRESSES = 1000;

/**
 * Notices that a server is not the one that it was: whenever a connection has been made, the server is asked who it is before anything else. One
 * that has started anew has what it had saved, or nothing; a replica that has taken over may miss what was written last.
 */
export class ServerWatch {
  readonly #client: RedisClient;
  readonly #suspect: SuspectListener;
  readonly #seen = new Map<string, Identity>();
  readonly #unwatch = new Map<Redis, () => void>();
  #masters: ReadonlySet<string> | undefined;

  constructor(client: RedisClient, suspect: SuspectListener) {
    this.#client = client;
    this.#suspect = suspect;
    if (!isCluster(client)) {
      this.#watch(client);
      return;
    }
    client.on('+node', this.#watch);
    client.on('-node', this.#forget);
    client.on('refresh', this.#compareMasters);
    for (const node of client.nodes()) this.#watch(node);
    if (client.status === 'ready') this.#compareMasters();
  }

  end(): void {
    this.#client.off('+node', this.#watch);
    this.#client.off('-node', this.#forget);
    this.#client.off('refresh', this.#compareMasters);
    for (const unwatch of this.#unwatch.values()) unwatch();
    this.#unwatch.clear();
  }

  readonly #watch = (node: Redis): void => {
    if (this.#unwatch.has(node)) return;
    const look = (): void => this.#look(node);
    node.on('ready', look);
    this.#unwatch.set(node, () => node.off('ready', look));
    if (node.status === 'ready') look();
  };

  readonly #forget = (node: Redis): void => {
    this.#unwatch.get(node)?.();
    this.#unwatch.delete(node);
  };

  /** Replicas that take over are not connected to before: who is a master tells it. */
  readonly #compareMasters = (): void => {
    const masters = new Set(mastersOf(this.#client).map(addressOf));
    const before = this.#masters;
    this.#masters = masters;
    if (before === undefined) return;
    const added = [...masters].filter((address) => !before.has(address));
    if (added.length > 0) this.#suspect('recent', `${added.join(', ')} has become a master`);
  };

  /** Replies come in order: who asks after this is answered after it, if only nothing else is awaited here. */
  #look(node: Redis): void {
    const judge = (identity: Identity): void => this.#judge(node, identity);
    // Whoever may not ask is told of every reconnect: it could have been a restart.
    void node.info().then(
      (info) => judge(identityIn(info)),
      () => judge(UNKNOWN),
    );
  }

  #judge(node: Redis, identity: Identity): void {
    if (!this.#unwatch.has(node) || node.status !== 'ready' || identity.isReplica) return;
    const address = addressOf(node);
    const before = this.#seen.get(address);
    const lost = before === undefined ? this.#lostBySuccession(identity) : lostBetween(before, identity);
    this.#remember(address, identity);
    if (lost !== undefined) this.#suspect(lost, reasonOf(lost, address));
  }

  /** Of a Cluster the masters tell. Else, whoever continues the history of the server before was its replica. */
  #lostBySuccession({ previousHistory, history }: Identity): 'all' | 'recent' | undefined {
    if (isCluster(this.#client) || this.#seen.size === 0) return undefined;
    const known = new Set(Array.from(this.#seen.values(), (each) => each.history));
    return known.has(previousHistory) || known.has(history) ? 'recent' : 'all';
  }

  #remember(address: string, identity: Identity): void {
    this.#seen.delete(address);
    this.#seen.set(address, identity);
    const [oldest = ''] = this.#seen.keys();
    if (this.#seen.size > MOST_ADDRESSES) this.#seen.delete(oldest);
  }
}

/** What may be lost of what an address had. */
function lostBetween(before: Identity, now: Identity): 'all' | 'recent' | undefined {
  if (now === UNKNOWN || before.runId !== now.runId) return 'all';
  return before.history === now.history ? undefined : 'recent';
}

function reasonOf(lost: 'all' | 'recent', address: string): string {
  return lost === 'all' ? `${address} has been started anew` : `${address} has taken over`;
}
