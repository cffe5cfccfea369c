import type { Redis } from 'ioredis';
import { mastersOf } from './client.js';
import type { Commands } from './commands.js';

/** How many keys a server looks at for one page. */
const KEYS_PER_PAGE = 500;

/** Keys of one server that match, each page with who has them. */
export interface Page {
  readonly node: Redis;
  readonly keys: readonly string[];
}

/** All keys that match, of one server after another; some may come twice. */
export async function* pagesOf(commands: Commands, pattern: string): AsyncGenerator<Page, void> {
  const nodes = await commands.run('scan', async (client) => mastersOf(client));
  for (const node of nodes) {
    let cursor = '0';
    do {
      const from = cursor;
      const [next, keys] = await commands.run('scan', () =>
        node.scan(from, 'MATCH', pattern, 'COUNT', KEYS_PER_PAGE),
      );
      if (keys.length > 0) yield { node, keys };
      cursor = next;
    } while (cursor !== '0');
  }
}

/** What is under the keys of a page. */
export function valuesOf(commands: Commands, { node, keys }: Page): Promise<(Buffer | null)[]> {
  return commands.run('scan', async () => {
    const pipeline = node.pipeline();
    for (const key of keys) pipeline.getBuffer(key);
    return ((await pipeline.exec()) ?? []).map(([error, value]) => {
      if (error !== null) throw error;
      // `getBuffer` answers nothing else.
      return value as Buffer | null;
    });
  });
}
