import { isCluster, type RedisClient } from './client.js';

/**
 * Has what is sent from now until the code that runs is through leave in one piece: to write to the socket takes longer than all else that is done for
 * a command. Not in a Cluster, where it goes to several servers.
 */
export function inOnePiece(client: RedisClient): void {
  if (isCluster(client)) return;
  // There is none before the first attempt to connect.
  const { stream } = client as Partial<typeof client>;
  if (stream === undefined || stream.writableCorked > 0) return;
  stream.cork();
  // What is announced is sent one tick after what it is about.
  process.nextTick(() => process.nextTick(() => stream.uncork()));
}
