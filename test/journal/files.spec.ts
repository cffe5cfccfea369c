import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileJournal } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { namespaceFolder } from '../../libs/engine/src/journal/folder-names.js';
import { thisMachine } from '../../libs/engine/src/kernel/machine.js';
import { keysOf, set } from './open.js';

const folders: string[] = [];
const names = [
  '..',
  '../../a',
  '/etc/a',
  '\\a',
  'a\0b',
  '.',
  'a:b',
  'con',
  'A',
  'a',
  '\u00e9',
  'e\u0301',
  '\ud800',
  '\ud801',
  ' ',
  'x'.repeat(5000),
  `${'x'.repeat(4999)}y`,
];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nuthatch-journal-'));
  folders.push(folder);
  return folder;
}

function journalIn(directory: string, namespace = 'birds') {
  const observer = { adopted: () => undefined, troubled: () => undefined };
  return fileJournal({ directory }).create({
    namespace,
    clock: new FakeClock(),
    durability: 'journal',
    observer,
  });
}

describe('the files of a journal', () => {
  it('are for their owner alone, and so are the folders', async () => {
    const directory = join(emptyFolder(), 'deep', 'journal');
    const journal = journalIn(directory);
    await journal.open();
    await journal.append([set('owl')]);
    const found = readdirSync(directory, { recursive: true, withFileTypes: true });
    const modes = found.map((entry) => {
      const mode = (statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8);
      return `${entry.isDirectory() ? 'folder' : 'file'} ${mode}`;
    });
    expect([...new Set(modes)].sort()).toEqual(['file 600', 'folder 700']);
    expect((statSync(directory).mode & 0o777).toString(8)).toBe('700');
    await journal.close();
  });

  it('stay in their directory, and apart, whatever the cache is called', async () => {
    const parent = emptyFolder();
    const directory = join(parent, 'journal');
    for (const [index, name] of names.entries()) {
      const journal = journalIn(directory, name);
      expect(await journal.open()).toEqual([]);
      await journal.append([set(`key ${index}`)]);
      await journal.close();
    }
    expect(readdirSync(parent)).toEqual(['journal']);
    expect(readdirSync(directory)).toHaveLength(names.length);
    for (const folder of readdirSync(directory)) expect(folder).toMatch(/^[a-z0-9-]{1,80}$/);
    expect(relative(directory, join(directory, namespaceFolder('../../a')))).not.toContain('..');
    for (const [index, name] of names.entries()) {
      const journal = journalIn(directory, name);
      expect(keysOf(await journal.open())).toEqual([`key ${index}`]);
      await journal.close();
    }
  });

  it('are refused a directory that cannot be written, by its name', async () => {
    const parent = emptyFolder();
    const inTheWay = join(parent, 'file');
    writeFileSync(inTheWay, '');
    await expect(journalIn(inTheWay).open()).rejects.toMatchObject({
      code: 'journal_unusable',
      message: expect.stringContaining(inTheWay),
    });
    const readOnly = join(parent, 'read-only');
    mkdirSync(readOnly);
    chmodSync(readOnly, 0o500);
    // The administrator may write everywhere.
    if (process.getuid?.() !== 0) await expect(journalIn(readOnly).open()).rejects.toThrow(readOnly);
  });

  it('need a directory, and know their options', () => {
    // @ts-expect-error a directory has to be given
    expect(() => fileJournal({})).toThrow('directory must be the path of a folder, got undefined');
    // @ts-expect-error there is no such way
    expect(() => fileJournal({ directory: 'a\0b', recover: 'maybe', segmentBytes: -1, size: 1 })).toThrow(
      /there is no option size[^]*directory must[^]*recover must be 'strict' or 'salvage'[^]*segmentBytes must/,
    );
    expect(existsSync('a')).toBe(false);
  });
});

describe('a process', () => {
  it('runs until it is killed, and is not the one that has its number later', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const { host } = await thisMachine.self();
    const id = { pid: child.pid ?? 0, host };
    expect(await thisMachine.isRunning(id)).toBe(true);
    if (process.platform === 'linux')
      expect(await thisMachine.isRunning({ ...id, startedAt: '1' })).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await thisMachine.isRunning(id)).toBe(false);
  });

  it('is itself, and runs', async () => {
    const self = await thisMachine.self();
    expect(self).toEqual(await thisMachine.self());
    expect(await thisMachine.isRunning(self)).toBe(true);
  });
});
