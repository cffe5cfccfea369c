import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapStore } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import { backingStoreContract, FaultyStore } from 'nuthatch/testing';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function emptyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nuthatch-contract-'));
  folders.push(folder);
  return join(folder, 'cache.db');
}

backingStoreContract({ name: 'a map', open: async () => mapStore() });

backingStoreContract({ name: 'SQLite', open: async () => sqlite({ file: emptyFile() }) });

backingStoreContract({
  name: 'SQLite as record',
  open: async () => sqlite({ file: emptyFile(), role: 'record' }),
});

backingStoreContract({
  name: 'SQLite in memory',
  open: async () => sqlite({ file: ':memory:' }),
  forgetsWhenClosed: true,
});

backingStoreContract({
  name: 'a faulty store without faults',
  open: async () => {
    const factory = mapStore();
    return { create: (context) => new FaultyStore(factory.create(context)) };
  },
});
