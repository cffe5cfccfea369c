import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchCommand, type Cache, ClearCommand, createCache, encrypted, SetCommand } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';

const BIRDS = Array.from({ length: 20 }, (_, n) => `bird:${n}`);
const SECRET = 'the hollow oak';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nuthatch-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function open<V>(): Promise<Cache<V>> {
  return createCache<V>({
    maxItems: 5,
    store: sqlite({ file: join(folder, 'cache.db') }),
    codec: encrypted('rich', { keys: { k1: Buffer.alloc(32, 7) }, current: 'k1' }),
  });
}

describe('a cache in SQLite whose values are encrypted', () => {
  it('finds after a clear that was undone, and a restart, what batches and commands left, of which some had failed', async () => {
    const cache = await open<number>();
    await cache.setMany(BIRDS.map((bird) => [bird, 100]));
    const changes = Array.from({ length: 100 }, async (_, n) => {
      const [from = '', to = ''] = [BIRDS[n % 20], BIRDS[(n * 7 + 3) % 20]];
      if (n % 4 === 0) await cache.run(new BatchCommand([new SetCommand(from, 99), new SetCommand(to, 101)]));
      else
        await cache.batch(async (batch) => {
          await batch.setMany([[from, 90], [to, 110]]); // prettier-ignore
          if (n % 3 === 0) throw new Error('called off');
        });
    });
    const outcomes = await Promise.allSettled(changes);
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(25);
    await cache.run(new ClearCommand());
    expect((await cache.getMany(BIRDS)).size).toBe(0);
    await cache.undo();
    const before = await cache.getMany(BIRDS);
    await cache.close();
    const again = await open<number>();
    expect(await again.getMany(BIRDS)).toEqual(before);
    expect(before.size).toBe(BIRDS.length);
    await again.close();
  });

  it('has nothing of them in the clear on disk', async () => {
    const cache = await open<string>();
    await cache.set('owl', SECRET);
    await cache.run(new SetCommand('owl', `${SECRET}, further up`));
    await cache.undo();
    const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    expect(files.some((bytes) => bytes.includes('owl'))).toBe(true);
    expect(files.some((bytes) => bytes.includes(SECRET))).toBe(false);
    await cache.close();
    const again = await open<string>();
    expect(await again.get('owl')).toBe(SECRET);
    await again.close();
  });
});
