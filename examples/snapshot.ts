// The whole cache as it was: in the process, and in a file for the next one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCache } from 'nuthatch/engine';

const board = await createCache<string>({ eviction: 'lru' });
await board.set('OS 201', 'gate 7');
await board.set('LH 400', 'gate 3');

const morning = await board.snapshot();
board.swapEviction('lfu');
await board.set('OS 201', 'cancelled');
await board.delete('LH 400');
console.log('noon:', [...board]);

await board.restore(morning);
console.log('morning again:', [...board], board.info().eviction.strategy);

const folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
const file = join(folder, 'board.snapshot');
const saved = await board.saveSnapshot(file, { gzip: true });
const tomorrow = await createCache<string>();
await tomorrow.restoreSnapshot(file);
console.log('another cache:', [...tomorrow], `of ${saved.entries} entries saved`);

await Promise.all([board.close(), tomorrow.close()]);
await rm(folder, { recursive: true });
