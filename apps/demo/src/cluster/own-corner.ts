import { Redis } from 'ioredis';

/** What one run has in a Redis that may be everybody's: keys of one prefix, and connections of that name. Nothing else is touched. */
export class OwnCorner {
  private readonly client: Redis;

  constructor(
    url: string,
    readonly prefix: string,
  ) {
    this.client = new Redis(url, { maxRetriesPerRequest: 3 });
    // What is wrong is told by the commands.
    this.client.on('error', () => undefined);
  }

  /** Cuts the connections on which the processes listen to each other: those that wait for news. Answers how many there were. */
  async cutBus(): Promise<number> {
    const list = String(await this.client.client('LIST'));
    const own = list.split('\n').filter((line) => line.includes(` name=${this.prefix} `));
    const waiting = own
      .filter((line) => /\bflags=\w*b/.test(line))
      .map((line) => /\bid=(\d+)/.exec(line)?.[1] ?? '');
    for (const id of waiting) await this.client.client('KILL', 'ID', id);
    return waiting.length;
  }

  /** Deletes every key; answers how many there were. */
  async clear(): Promise<number> {
    let count = 0;
    for await (const keys of this.client.scanStream({ match: `${this.prefix}:*`, count: 1000 }))
      if (keys.length > 0) count += await this.client.unlink(...keys);
    return count;
  }

  close(): void {
    this.client.disconnect();
  }
}
