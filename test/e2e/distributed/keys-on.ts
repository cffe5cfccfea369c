import type { RedisServer } from '../../support/redis-servers.js';

/** How many keys of each server have a text in them. */
export function keysOn(servers: readonly RedisServer[], text: string): Promise<number[]> {
  return Promise.all(
    servers.map(async (server) => {
      const listed = await server.cli('--scan', '--pattern', `*${text}*`);
      return listed.split('\n').filter((line) => line.includes(text)).length;
    }),
  );
}
