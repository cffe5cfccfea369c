import cluster, { type Worker } from 'node:cluster';
import { notPrimary } from './bus-errors.js';
import { isPacket, type Packet, RELAYED, TO_RELAY } from './cluster-packet.js';

/**
 * Lets the caches of worker processes hear each other, and those of the primary process, over `clusterBus()`. Call it once in the primary, before
 * the first worker opens its cache. Answers how to stop; called again while it relays it does nothing. Needs no open cache in the primary.
 * @throws CacheError `bad_declaration` in a worker.
 */
export function relayClusterBus(): () => void {
  if (!cluster.isPrimary) throw notPrimary();
  if (cluster.listenerCount(TO_RELAY) > 0) return () => undefined;
  const relay = new ClusterRelay();
  const fromWorker = (worker: Worker, found: unknown): void => relay.receive(found, worker);
  const fromHere = (found: unknown): void => relay.receive(found, undefined);
  const forget = ({ id }: Worker): void => relay.forget(id);
  cluster.on('message', fromWorker).on('disconnect', forget).on(TO_RELAY, fromHere);
  return () => cluster.off('message', fromWorker).off('disconnect', forget).off(TO_RELAY, fromHere);
}

/** Knows in which worker which buses are open. */
class ClusterRelay {
  /** The ids of buses, by channel, by worker. */
  readonly #open = new Map<number, Map<string, Set<string>>>();

  receive(found: unknown, from: Worker | undefined): void {
    if (!isPacket(found)) return;
    if (found.type === 'messages') this.#pass(found);
    if (from !== undefined) this.#note(found, from);
  }

  forget(worker: number): void {
    this.#open.delete(worker);
  }

  #pass(packet: Packet): void {
    cluster.emit(RELAYED, packet);
    for (const [id, channels] of this.#open) {
      const buses = channels.get(packet.channel);
      const isHeard = buses !== undefined && buses.size > Number(buses.has(packet.sender));
      if (isHeard) send(cluster.workers?.[id], packet);
    }
  }

  /** Answers in the order of what was asked, and after what was passed on before. A bus that is not open is not answered. */
  #note({ type, channel, sender, call }: Packet, from: Worker): void {
    const channels = this.#open.get(from.id) ?? new Map<string, Set<string>>();
    const buses = channels.get(channel) ?? new Set();
    if (type === 'open') this.#open.set(from.id, channels.set(channel, buses.add(sender)));
    if (type === 'close' && buses.delete(sender) && buses.size === 0) channels.delete(channel);
    if (buses.has(sender)) send(from, { nuthatchBus: 1, type: 'answer', channel, sender, call });
  }
}

/** A worker that cannot be reached notices by itself that its channel is gone. */
function send(worker: Worker | undefined, packet: Packet): void {
  if (worker?.isConnected()) worker.send(packet, () => undefined);
}
