import { addressOf } from './address.js';
import { isCluster, mastersOf, type RedisClient } from './client.js';
import { isReplica } from './errors.js';
import { identityIn, UNKNOWN } from './identity.js';

/** Resolves when commands can be sent, to a server that takes writes; rejects where the first attempt to connect fails. */
export async function whenReady(client: RedisClient): Promise<void> {
  if (client.status === 'wait') await client.connect();
  else if (client.status === 'end') throw new Error('the client was closed');
  else if (client.status !== 'ready') await nextReady(client);
  await (isCluster(client) ? connectMasters(client) : refuseReplica(client));
}

/** Somebody else has it connected, or it does so by itself. */
function nextReady(client: RedisClient): Promise<void> {
  return new Promise((resolve) => client.once('ready', () => resolve()));
}

/** A Cluster connects to each server when it is first needed, and until then refuses what comes second. Those that are down are found out later. */
async function connectMasters(client: RedisClient): Promise<void> {
  const waiting = mastersOf(client).filter(({ status }) => status === 'wait');
  await Promise.allSettled(waiting.map((node) => node.connect()));
}

async function refuseReplica(client: RedisClient): Promise<void> {
  const [server] = mastersOf(client);
  if (server === undefined) return;
  // Who may not ask finds out by its first write.
  const identity = await server.info().then(identityIn, () => UNKNOWN);
  if (identity.isReplica) throw isReplica(addressOf(server));
}
