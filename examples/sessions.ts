// Sessions: they live as long as they are used, but no longer than a day, and survive a restart in SQLite.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCache } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';

interface Session {
  readonly userId: number;
  readonly permissions: ReadonlySet<string>;
  readonly startedAt: Date;
}

const folder = await mkdtemp(join(tmpdir(), 'sessions-'));
const open = () =>
  createCache<Session>({
    name: 'sessions',
    maxItems: 10_000,
    maxBytes: '100mb',
    ttl: '1d',
    tti: '30m',
    store: sqlite({ file: join(folder, 'sessions.db') }),
  });

const before = await open();
await before.set('s-1', { userId: 1, permissions: new Set(['read', 'write']), startedAt: new Date(0) });
await before.close();

const after = await open();
const session = await after.get('s-1');
console.log('after the restart:', session);
console.log('may write:', session?.permissions.has('write'));

await after.delete('s-1');
console.log('after the log-out:', await after.get('s-1'));

await after.close();
await rm(folder, { recursive: true });
