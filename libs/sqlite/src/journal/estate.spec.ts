import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CacheError, type Death, type JournalRecord, type Operation, seededRandom } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { sqliteJournal } from '../index.js';
import { claim } from './estates.js';
import { folderName } from './folder.js';
import type { Recover } from './options.js';

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-estate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ID = '00000000-0000-4000-8000-000000000000';
const death: Death = { error: 'refused', attempts: 3, firstFailedAt: 1, lastFailedAt: 2 };

/** The files of an owner, as a process that was killed leaves them. */
interface Files {
  readonly db: Buffer;
  readonly wal: Buffer;
}

let files: Files;
let written: readonly JournalRecord[];

beforeAll(async () => {
  ({ files, written } = await killed());
});

function setting(n: number): Operation {
  const value = n % 2 === 0 ? `value ${n} `.repeat(n) : new Uint8Array(n * 20).fill(n);
  return { type: 'set', row: { key: `bird ${n}`, value, expiresAt: n, version: n, tags: [`tag ${n}`] } };
}

/** A journal with what it wrote and let go of, some of it in its database, the rest in its write-ahead log, and then killed. */
async function killed() {
  const directory = mkdtempSync(join(folder, 'killed-'));
  const observer = { adopted: () => undefined, troubled: () => undefined };
  const context = { namespace: 'birds', clock: new FakeClock(), durability: 'journal', observer } as const;
  const journal = sqliteJournal({ directory }).create(context);
  await journal.open();
  const operations = [...Array(40).keys()].map((n) =>
    n % 7 === 6 ? ({ type: 'delete', key: `bird ${n}`, version: n } as const) : setting(n),
  );
  for (const operation of operations) await journal.append([operation]);
  await journal.bury(3, death);
  journal.release([1, 2, 10]);
  await journal.append([setting(40), setting(41)]);
  const copy = join(directory, 'copy');
  execFileSync('cp', ['-r', join(directory, 'birds'), copy]);
  await journal.close();
  const all = [...operations, setting(40), setting(41)].map((operation, index) => ({
    sequence: index + 1,
    operation,
    death: index === 2 ? death : undefined,
  }));
  const [name = ''] = readdirSync(copy).filter((each) => each.endsWith('.db'));
  return {
    files: { db: readFileSync(join(copy, name)), wal: readFileSync(join(copy, `${name}-wal`)) },
    written: all.filter(({ sequence }) => ![1, 2, 10].includes(sequence)),
  };
}

/** Lays files out in a folder of their own. */
function lay({ db, wal }: Files): string {
  const home = mkdtempSync(join(folder, 'laid-'));
  writeFileSync(join(home, `${ID}.db`), db);
  writeFileSync(join(home, `${ID}.db-wal`), wal);
  return home;
}

/** Reads what was laid out, and leaves it. */
function read(home: string, recover: Recover = 'strict', namespace = 'birds') {
  const problems: Error[] = [];
  const troubled = (problem: Error) => problems.push(problem);
  const estates = claim(home, ID, { client: Database, namespace, recover, troubled });
  for (const estate of estates) estate.leave();
  return { records: estates.flatMap(({ records }) => records), problems };
}

function refusal(home: string, namespace = 'birds'): CacheError {
  try {
    read(home, 'strict', namespace);
  } catch (error) {
    return error as CacheError;
  }
  throw new Error('it was not refused');
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

function hashOf(home: string): string {
  const hash = createHash('sha256');
  for (const suffix of ['.db', '.db-wal']) hash.update(readFileSync(join(home, `${ID}${suffix}`)));
  return hash.digest('hex');
}

it('is all that was not released, with everything that belongs to it', () => {
  const { records, problems } = read(lay(files));
  expect(records).toEqual(written);
  expect(problems).toEqual([]);
});

it('stays as it is, byte for byte, however often it is read', () => {
  const home = lay(files);
  const before = hashOf(home);
  read(home);
  expect(read(home).records).toEqual(written);
  expect(hashOf(home)).toBe(before);
});

it('is nothing where its owner died before there was anything', () => {
  for (const db of [Buffer.alloc(0), files.db.subarray(0, 0)]) {
    expect(read(lay({ db, wal: Buffer.alloc(0) })).records).toEqual([]);
  }
});

it('is nobody else’s while it is held, in this process or another', () => {
  const home = lay(files);
  const heir = {
    client: Database,
    namespace: 'birds',
    recover: 'strict',
    troubled: () => undefined,
  } as const;
  const [first] = claim(home, ID, heir);
  expect(claim(home, ID, heir)).toEqual([]);
  const driver = join(process.cwd(), 'node_modules/better-sqlite3');
  const script = `new (require(${JSON.stringify(driver)}))(${JSON.stringify(join(home, `${ID}.hold`))}, { timeout: 0 }).exec('BEGIN EXCLUSIVE')`;
  expect(() => execFileSync(process.execPath, ['-e', script], { stdio: 'pipe' })).toThrow(
    'database is locked',
  );
  first?.leave();
  execFileSync(process.execPath, ['-e', script]);
  expect(claim(home, ID, heir).map((each) => each.leave())).toHaveLength(1);
});

it('is gone with all its files once it is removed', () => {
  const home = lay(files);
  const heir = {
    client: Database,
    namespace: 'birds',
    recover: 'strict',
    troubled: () => undefined,
  } as const;
  for (const estate of claim(home, ID, heir)) estate.remove();
  expect(readdirSync(home)).toEqual([]);
});

describe('torn at its end', () => {
  it('has everything but the last write, wherever in it the log ends', () => {
    const { frames, frameBytes } = framesOf(files.wal);
    const commits = frames.filter(({ isCommit }) => isCommit);
    const lastWrite = (commits.at(-2)?.end ?? 0) + 1;
    const whole = files.wal.length;
    const cuts = [lastWrite, lastWrite + 1, lastWrite + 23, lastWrite + 24, whole - frameBytes, whole - 1];
    for (let cut = lastWrite; cut < whole; cut += 61) cuts.push(cut);
    const expected = read(lay({ ...files, wal: files.wal.subarray(0, lastWrite) })).records;
    expect(expected.length).toBeGreaterThan(30);
    for (const cut of cuts)
      expect(read(lay({ ...files, wal: files.wal.subarray(0, cut) })).records).toEqual(expected);
  });

  it('says that an unfinished write was dropped', () => {
    const { problems } = read(lay({ ...files, wal: files.wal.subarray(0, files.wal.length - 5) }));
    expect(problems).toMatchObject([{ code: 'journal_unusable' }]);
    expect(problems[0]?.message).toMatch(
      /\.db-wal ends in an unfinished write, which was dropped: bytes \d+ to \d+/,
    );
  });
});

describe('damaged', () => {
  it('in the middle of its log, is refused with the file and the bytes, and nothing is changed', () => {
    const wal = flipped(files.wal, (32 + 24 + 500) * 8);
    const home = lay({ ...files, wal });
    const before = hashOf(home);
    const error = refusal(home);
    expect(error).toMatchObject({ code: 'journal_unusable' });
    expect(error.message).toMatch(
      `${join(home, ID)}.db cannot be used as a journal: it is damaged: bytes 32 to `,
    );
    expect(error.message).toMatch("nothing was changed; recover: 'salvage'");
    expect(hashOf(home)).toBe(before);
    expect(refusal(home).code).toBe('journal_unusable');
  });

  it('is salvaged as far as it can be read, and kept aside', () => {
    const wal = flipped(files.wal, (files.wal.length - 5000) * 8);
    const home = lay({ ...files, wal });
    const { records, problems } = read(home, 'salvage');
    expect(records.length).toBeGreaterThan(20);
    expect(problems).toMatchObject([{ code: 'journal_unusable' }]);
    expect(problems[0]?.message).toMatch(`${records.length} changes could be read, the file was kept as `);
    expect(readFileSync(join(home, `${ID}.db-wal.corrupt`)).equals(wal)).toBe(true);
    expect(readFileSync(join(home, `${ID}.db.corrupt`)).equals(files.db)).toBe(true);
  });

  it('is never a silent loss, whichever bit has flipped, in the log or in the database', () => {
    const seed = Number(process.env['NUTHATCH_SEED'] ?? Math.floor(performance.now() * 1000));
    const random = seededRandom(seed);
    const runs = Number(process.env['NUTHATCH_RUNS'] ?? 150);
    const checkpointed = checkpoint(files);
    const byContent = new Set(written.map(show));
    const silent: string[] = [];
    for (let run = 0; run < runs; run += 1) {
      const image = run % 2 === 0 ? files : checkpointed;
      const part = run % 2 === 0 && run % 4 === 0 ? 'wal' : 'db';
      const bit = Math.floor(random.next() * image[part].length * 8);
      const { records, problems } = salvaged({ ...image, [part]: flipped(image[part], bit) });
      const isComplete =
        records.length === written.length && records.every((each) => byContent.has(show(each)));
      if (!isComplete && problems === 0) silent.push(`bit ${bit} of ${part}, seed ${seed}`);
    }
    expect(silent).toEqual([]);
  });

  /** Of an image that is too damaged to be told from another version's, the refusal is what is told. */
  function salvaged(image: Files): { readonly records: readonly JournalRecord[]; readonly problems: number } {
    const home = lay(image);
    try {
      const { records, problems } = read(home, 'salvage');
      return { records, problems: problems.length };
    } catch (error) {
      expect(error).toMatchObject({ code: 'journal_unusable' });
      return { records: [], problems: 1 };
    } finally {
      rmSync(home, { recursive: true });
    }
  }
});

describe('of somebody else', () => {
  it('is refused where it is another cache’s', () => {
    expect(refusal(lay(files), 'fish').message).toMatch(`it is the cache's "birds", not "fish"`);
  });

  it('is refused, also when salvaging, where a later version has written it', () => {
    const home = lay(checkpoint(files));
    new Database(join(home, `${ID}.db`)).exec('PRAGMA user_version = 2').close();
    expect(refusal(home).message).toMatch('it has format 2, this Nuthatch knows up to 1');
    expect(() => read(home, 'salvage')).toThrow('it has format 2');
    expect(existsSync(join(home, `${ID}.db.corrupt`))).toBe(false);
  });
});

describe('the folder of a namespace', () => {
  it('is one below the directory, and another for each name', () => {
    const names = [
      '',
      '.',
      '..',
      '../a',
      'a/b',
      'a\\b',
      'a\0b',
      'A',
      'a',
      'é',
      'e\u0301',
      '\ud800',
      'x'.repeat(300),
      'x'.repeat(301),
    ];
    const folders = names.map(folderName);
    expect(new Set(folders.map((each) => each.toLowerCase())).size).toBe(names.length);
    for (const each of folders) {
      expect(each).toMatch(/^[%~a-z0-9_-]{1,120}$/);
      mkdirSync(join(mkdtempSync(join(folder, 'names-')), each));
    }
  });
});

/** The same journal, with everything moved from the log into the database. */
function checkpoint(image: Files): Files {
  const home = lay(image);
  const file = join(home, `${ID}.db`);
  const database = new Database(file);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return { db: readFileSync(file), wal: Buffer.alloc(0) };
}

function framesOf(wal: Buffer) {
  const frameBytes = 24 + wal.readUInt32BE(8);
  const frames: { isCommit: boolean; end: number }[] = [];
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes)
    frames.push({ isCommit: wal.readUInt32BE(at + 4) !== 0, end: at + frameBytes - 1 });
  return { frames, frameBytes };
}

function show({ sequence, operation, death: why }: JournalRecord): string {
  if (operation.type === 'delete') return JSON.stringify([sequence, operation, why]);
  const { value } = operation.row;
  const shown = typeof value === 'string' ? value : Buffer.from(value).toString('hex');
  return JSON.stringify([sequence, { ...operation.row, value: shown }, why]);
}
