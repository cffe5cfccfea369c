import { type Codec, richCodec } from 'nuthatch/engine';
import { openCache } from './caches.js';
import { decode, keyOf } from './envelope.js';
import { type Opening, type Subject, type Value, valueOf } from './subject.js';

/** Which client, and how. */
type Client = { readonly library: 'ioredis'; readonly isPipelined: boolean } | { readonly library: 'redis' };

/** So many entries are written at a time. */
const AT_ONCE = 500;

/** A connection, as far as it is needed. */
interface Connection {
  get(redisKey: string): Promise<Buffer | null>;
}

/** Reads entries of our cache by a client alone: one `GET` for each, and the decoding that they need. */
export function openBare(client: Client) {
  return async (opening: Opening, keys: readonly string[]): Promise<Pick<Subject, 'get'>> => {
    const redisKeys = await fill(opening, keys);
    const connection = await connect(client, opening.url);
    const codec: Codec = richCodec();
    return {
      get: async (key) => {
        const record = await connection.get(redisKeys.get(key) ?? '');
        return record === null ? undefined : (decode(record, key, codec) as Value | undefined);
      },
    };
  };
}

/** Has our cache write all entries; answers what their keys are called in Redis. */
async function fill(opening: Opening, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const cache = await openCache(opening);
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const some = keys.slice(start, start + AT_ONCE);
    await Promise.all(some.map((key, at) => cache.set(key, valueOf(start + at))));
  }
  await cache.close();
  const found = await findKeys(opening);
  if (found.size === keys.length) return found;
  throw new Error(`only ${found.size} of ${keys.length} entries are in Redis`);
}

async function findKeys({ url, name }: Opening): Promise<ReadonlyMap<string, string>> {
  const { Redis } = await import('ioredis');
  const connection = new Redis(url);
  const found = new Map<string, string>();
  for (const redisKey of await connection.keys(`${name}:${name}:*`)) {
    const record = await connection.getBuffer(redisKey);
    const key = record === null ? undefined : keyOf(record);
    if (key !== undefined) found.set(key, redisKey);
  }
  connection.disconnect();
  return found;
}

async function connect(client: Client, url: string): Promise<Connection> {
  if (client.library === 'ioredis') {
    const { Redis } = await import('ioredis');
    const connection = new Redis(url, { enableAutoPipelining: client.isPipelined });
    connection.on('error', () => undefined);
    return { get: (key) => connection.getBuffer(key) };
  }
  const { createClient, RESP_TYPES } = await import('redis');
  const connection = createClient({ url }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  connection.on('error', () => undefined);
  await connection.connect();
  return { get: (key) => connection.get(key) };
}
