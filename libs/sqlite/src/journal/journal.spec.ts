import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord, Operation } from 'nuthatch/engine';
import { FakeClock, journalContract, settle } from 'nuthatch/testing';
import { sqliteJournal, type SqliteClient, type SqliteJournalOptions } from '../index.js';

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(folder, 'test-'));
});

journalContract({
  name: 'a SQLite journal',
  open: async () => sqliteJournal({ directory: mkdtempSync(join(folder, 'contract-')) }),
});

async function open(
  options: Partial<SqliteJournalOptions> = {},
  durability: 'journal' | 'fsync' = 'journal',
) {
  const clock = new FakeClock();
  const adopted: JournalRecord[] = [];
  const problems: Error[] = [];
  const observer = {
    adopted: (records: readonly JournalRecord[]) => adopted.push(...records),
    troubled: (problem: Error) => problems.push(problem),
  };
  const factory = sqliteJournal({ directory, ...options });
  const journal = factory.create({ namespace: 'birds', clock, durability, observer });
  const found = await journal.open();
  return { journal, clock, found, adopted, problems };
}

function setting(key: string, version = 1): Operation {
  return { type: 'set', row: { key, value: 'x', expiresAt: undefined, version, tags: [] } };
}

function namesIn(records: readonly JournalRecord[]): string[] {
  return Array.from(records, ({ operation }) =>
    operation.type === 'set' ? operation.row.key : operation.key,
  );
}

/** What a process that is killed now leaves: a copy, made by another process, which no lock of ours notices. */
function copyTo(target: string): void {
  execFileSync('cp', ['-r', `${directory}/.`, target]);
}

/** A driver whose databases fail when they are told to, as on a full disk. */
function failingClient() {
  const told = { fails: false, commits: 0 };
  class Failing extends Database {
    override exec(sql: string): this {
      if (sql === 'COMMIT') told.commits += 1;
      if (sql === 'COMMIT' && told.fails)
        throw Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' });
      return super.exec(sql);
    }
  }
  return { told, client: async (): Promise<SqliteClient> => Failing };
}

describe('a group', () => {
  it('is what the calls of one turn write, in one transaction', async () => {
    const { told, client } = failingClient();
    const { journal } = await open({ client });
    told.commits = 0;
    const first = await Promise.all(['owl', 'wren', 'jay'].map((key) => journal.append([setting(key)])));
    expect([first, told.commits]).toEqual([[1, 2, 3], 1]);
    journal.release([1, 2]);
    await Promise.all([journal.append([setting('emu')]), journal.append([setting('tit')])]);
    expect(told.commits).toBe(2);
    await journal.close();
  });

  it('that cannot be written fails all who share it, none of it counts, and the next one works', async () => {
    const { told, client } = failingClient();
    const { journal, problems } = await open({ client });
    await journal.append([setting('owl')]);
    told.fails = true;
    journal.release([1]);
    const outcomes = await Promise.allSettled([
      journal.append([setting('wren')]),
      journal.append([setting('jay')]),
    ]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'journal_unusable', cause: { code: 'SQLITE_FULL' } },
      });
    expect([journal.depth, problems]).toEqual([0, []]);
    told.fails = false;
    await journal.append([setting('emu')]);
    await journal.close();
    const next = await open();
    expect(namesIn(next.found)).toEqual(['emu']);
    await next.journal.close();
  });

  it('of releases is written within a second, and reported where it cannot be', async () => {
    const { told, client } = failingClient();
    const { journal, clock, problems } = await open({ client });
    await journal.append([setting('owl'), setting('wren')]);
    told.commits = 0;
    journal.release([1]);
    clock.advance(999);
    expect(told.commits).toBe(0);
    clock.advance(1);
    expect(told.commits).toBe(1);
    told.fails = true;
    journal.release([2]);
    clock.advance(1000);
    expect(problems).toMatchObject([
      { code: 'journal_unusable', message: expect.stringMatching('disk is full') as string },
    ]);
    told.fails = false;
    await journal.append([setting('jay')]);
    await journal.close();
    const next = await open();
    expect(namesIn(next.found)).toEqual(['jay']);
    await next.journal.close();
  });
});

describe('a process that is killed', () => {
  it('leaves what it was told is written, also while the next takes it over', async () => {
    const first = await open();
    await first.journal.append([setting('owl'), setting('wren')]);
    first.journal.release([2]);
    await first.journal.append([setting('jay')]);
    const copies = [mkdtempSync(join(folder, 'copy-')), mkdtempSync(join(folder, 'copy-'))] as const;
    copyTo(copies[0]);
    await first.journal.close();
    directory = copies[0];
    const second = await open();
    expect(namesIn(second.found)).toEqual(['owl', 'jay']);
    copyTo(copies[1]);
    await second.journal.close();
    directory = copies[1];
    const third = await open();
    expect(namesIn(third.found)).toEqual(['owl', 'jay']);
    await third.journal.close();
  });

  it('leaves nothing of what was released, once that is settled', async () => {
    const first = await open();
    await first.journal.append([setting('owl'), setting('wren')]);
    first.journal.release([1]);
    await first.journal.settled();
    const copy = mkdtempSync(join(folder, 'copy-'));
    copyTo(copy);
    await first.journal.close();
    directory = copy;
    const second = await open();
    expect(namesIn(second.found)).toEqual(['wren']);
    await second.journal.close();
  });

  it('between taking over and removing leaves changes twice, never none', async () => {
    const first = await open();
    await first.journal.append([setting('owl')]);
    const both = mkdtempSync(join(folder, 'both-'));
    copyTo(both);
    await first.journal.close();
    const second = await open();
    expect(namesIn(second.found)).toEqual(['owl']);
    copyTo(both);
    await second.journal.close();
    directory = both;
    const third = await open();
    expect(namesIn(third.found)).toEqual(['owl', 'owl']);
    await third.journal.close();
  });
});

describe('what several have left', () => {
  it('comes by versions, and that of one owner in its order', async () => {
    const [one, other] = [await open(), await open()];
    await one.journal.append([setting('a', 1), setting('b', 5), setting('c', 3)]);
    await other.journal.append([setting('d', 2), setting('e', 4), setting('f', 6)]);
    await one.journal.close();
    await other.journal.close();
    const { journal, found } = await open();
    const names = namesIn(found);
    expect(names.filter((name) => 'abc'.includes(name))).toEqual(['a', 'b', 'c']);
    expect(names.filter((name) => 'def'.includes(name))).toEqual(['d', 'e', 'f']);
    expect(names.indexOf('a')).toBeLessThan(names.indexOf('d'));
    expect(names.indexOf('d')).toBeLessThan(names.indexOf('b'));
    await journal.close();
  });

  it('is refused for one that is damaged, with the others left as they were', async () => {
    const first = await open();
    await first.journal.append([setting('owl')]);
    await first.journal.close();
    const home = join(directory, 'birds');
    const id = '00000000-0000-4000-8000-000000000000';
    writeFileSync(join(home, `${id}.db`), 'no database'.repeat(100));
    const before = readdirSync(home).filter((name) => name.endsWith('.db'));
    await expect(open()).rejects.toMatchObject({
      code: 'journal_unusable',
      message: expect.stringMatching(id) as string,
    });
    expect(readdirSync(home).filter((name) => name.endsWith('.db'))).toEqual(before);
    const { journal, found, problems } = await open({ recover: 'salvage' });
    expect([namesIn(found), problems.length]).toEqual([['owl'], 1]);
    expect(readdirSync(home)).toContain(`${id}.db.corrupt`);
    await journal.close();
  });

  it('and is damaged is reported once by those who run, and not taken', async () => {
    const { journal, clock, problems, adopted } = await open();
    const id = '00000000-0000-4000-8000-000000000000';
    writeFileSync(join(directory, 'birds', `${id}.db`), 'no database'.repeat(100));
    for (let round = 0; round < 3; round += 1) {
      await clock.advanceAsync(2000);
      await settle();
    }
    expect([problems.length, adopted]).toEqual([1, []]);
    await journal.close();
  });
});

it('leaves no file where nothing is pending, and one that is its owner’s alone where something is', async () => {
  const { journal } = await open();
  const home = join(directory, 'birds');
  await journal.append([setting('owl')]);
  for (const name of readdirSync(home))
    expect([name, statSync(join(home, name)).mode & 0o777]).toEqual([name, 0o600]);
  expect(statSync(home).mode & 0o777).toBe(0o700);
  journal.release([1]);
  await journal.close();
  expect(readdirSync(home)).toEqual([]);
});

it('waits for the disk at each group where a power cut is to be survived, and else not', async () => {
  const opened: Database.Database[] = [];
  class Watched extends Database {
    constructor(file: string, options: Database.Options) {
      super(file, options);
      if (file.endsWith('.db')) opened.push(this);
    }
  }
  const levels: unknown[] = [];
  for (const durability of ['journal', 'fsync'] as const) {
    const { journal } = await open({ client: async () => Watched }, durability);
    levels.push(opened.at(-1)?.pragma('synchronous', { simple: true }));
    expect(opened.at(-1)?.pragma('busy_timeout', { simple: true })).toBe(0);
    await journal.close();
  }
  expect(levels).toEqual([1, 2]);
});

it('names the directory that cannot be used, and opens once it can be', async () => {
  writeFileSync(join(directory, 'birds'), '');
  await expect(open()).rejects.toMatchObject({
    code: 'journal_unusable',
    message: expect.stringMatching(directory) as string,
  });
  rmSync(join(directory, 'birds'));
  await (await open()).journal.close();
});

it('refuses wrong options in one message', () => {
  const wrong = { directory: '', recover: 'perhaps' } as unknown as SqliteJournalOptions;
  expect(() => sqliteJournal(wrong)).toThrow(
    /- directory must be a path .*\n- recover must be 'strict' or 'salvage', got "perhaps"/,
  );
});
