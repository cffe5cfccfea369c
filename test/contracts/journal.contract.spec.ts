import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileJournal } from 'nuthatch/engine';
import { journalContract } from 'nuthatch/testing';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nuthatch-journal-'));
  folders.push(folder);
  return folder;
}

journalContract({ name: 'a file journal', open: async () => fileJournal({ directory: emptyFolder() }) });

journalContract({
  name: 'a file journal of small segments',
  open: async () => fileJournal({ directory: emptyFolder(), segmentBytes: '4kb' }),
});
