import { crc32 } from 'node:zlib';
import { type JournalRecord, type Operation, type Random, seededRandom } from 'nuthatch/engine';
import { namespaceFolder } from '../../libs/engine/src/journal/folder-names.js';
import { headerBytes, readHeader } from '../../libs/engine/src/journal/header.js';
import { recover, type Recovery } from '../../libs/engine/src/journal/recover.js';
import { scan } from '../../libs/engine/src/journal/scan.js';
import { below } from './disk-nodes.js';
import { MemoryDisk } from './memory-disk.js';
import { DIRECTORY, keysOf, open, type Opened, Processes, set } from './open.js';

const SEED = 20_261;
const FLIPS = 1000;
const CUTS = 500;
const HEADER = headerBytes('birds');

interface Told {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** A journal whose process has been killed. */
interface Remains {
  readonly disk: MemoryDisk;
  readonly processes: Processes;
  /** What is owed, by its key. */
  readonly owed: ReadonlyMap<string, Operation>;
  /** Everything that was ever appended, by its key. */
  readonly written: ReadonlyMap<string, Operation>;
  /** The segments, the oldest first. */
  readonly segments: readonly string[];
  /** What stands in them. */
  readonly pieces: ReturnType<typeof piecesOf>;
}

async function leaveBehind(writes: number, segmentBytes: number): Promise<Remains> {
  const [disk, processes] = [new MemoryDisk(), new Processes()];
  const machine = processes.start();
  const { journal } = await open(disk, { machine, segmentBytes });
  const written = new Map<string, Operation>();
  const owed = new Map<string, Operation>();
  for (let at = 0; at < writes; at++) {
    const operation: Operation =
      at % 5 === 4
        ? { type: 'delete', key: `k${at}`, version: at }
        : set(`k${at}`, 'v'.repeat((at * 7) % 60), at);
    const sequence = await journal.append([operation]);
    written.set(`k${at}`, operation);
    if (at % 4 === 3) journal.release([sequence]);
    else owed.set(`k${at}`, operation);
    if (at % 10 === 0)
      await journal.bury(sequence, { error: 'no', attempts: 2, firstFailedAt: 1, lastFailedAt: 2 });
  }
  machine.kill();
  const segments = [...disk.files().keys()].filter((path) => path.endsWith('.journal')).sort();
  return { disk, processes, owed, written, segments, pieces: piecesOf(disk, segments) };
}

/** Opens a copy of the disk in which something was done to a file. */
async function reopen(
  remains: Remains,
  how: { recover?: 'strict' | 'salvage'; change(disk: MemoryDisk): void },
) {
  const disk = remains.disk.copy();
  how.change(disk);
  const opened = open(disk, { machine: remains.processes.start(), recover: how.recover ?? 'strict' });
  return { disk, opened };
}

/** The bytes that problems name, by their file. */
function reported({ problems }: Opened): Told[] {
  return problems.map(({ message }) => {
    const [, path = '', from, to] =
      /^(\S+) cannot be used as a journal: bytes (\d+) to (\d+) /.exec(message) ?? [];
    return { path: path.replace(/~[^/]+/, ''), from: Number(from), to: Number(to) };
  });
}

/** What comes of the segments, of which one was changed, without a disk. */
function recovered(
  { segments, disk }: Remains,
  change: { path: string; to(bytes: Buffer): Buffer },
): Recovery {
  const files = disk.files();
  const images = segments.map((path, index) => {
    const bytes = files.get(path) ?? Buffer.alloc(0);
    return { number: index + 1, path, image: path === change.path ? change.to(bytes) : bytes };
  });
  return recover(images, 'birds');
}

function piecesOf(disk: MemoryDisk, segments: readonly string[]) {
  return segments.flatMap((path) => {
    const image = disk.files().get(path) ?? Buffer.alloc(0);
    const header = readHeader(path, image, 'birds');
    const range = { image, end: image.length, salt: header?.salt ?? 0 };
    return [...scan(range, HEADER)].map((piece) => ({ ...piece, path }));
  });
}

/** What is wrong with what a damaged journal gave back. */
function faults(remains: Remains, records: readonly JournalRecord[], told: readonly Told[]): string[] {
  const found = new Map(
    records.map((record) => [keysOf([record])[0] ?? '', JSON.stringify(record.operation)]),
  );
  const lost = [...remains.owed.keys()].filter((key) => !found.has(key));
  const isTold = (key: string): boolean =>
    remains.pieces.some(
      (piece) =>
        piece.kind === 'entry' &&
        piece.entry.kind === 'change' &&
        keyOf(piece.entry.operation) === key &&
        told.some(({ path, from, to }) => path === piece.path && from <= piece.from && to >= piece.to),
    );
  const changed = [...found].filter(([key, text]) => JSON.stringify(remains.written.get(key)) !== text);
  return [
    ...lost.filter((key) => !isTold(key)).map((key) => `${key} is lost in silence`),
    ...changed.map(([key]) => `${key} was never written so`),
  ];
}

function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copied = Buffer.from(bytes);
  copied.writeUInt8(copied.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copied;
}

function flip(disk: MemoryDisk, path: string, bit: number): void {
  disk.put(path, flipped(disk.files().get(path) ?? Buffer.alloc(0), bit));
}

function cut(disk: MemoryDisk, path: string, to: number): void {
  disk.put(path, (disk.files().get(path) ?? Buffer.alloc(0)).subarray(0, to));
}

function pick<T>(random: Random, list: readonly T[]): T {
  const found = list[below(random, list.length)];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

describe(`a journal with a bit flipped (seed ${SEED})`, () => {
  it(`gives back every change or names its bytes, after ${FLIPS} flips`, async () => {
    const random = seededRandom(SEED);
    const remains = await leaveBehind(60, 1000);
    expect(remains.segments.length).toBeGreaterThan(3);
    const files = remains.disk.files();
    let damaged = 0;
    for (let round = 0; round < FLIPS; round++) {
      const path = pick(random, remains.segments);
      const bit = below(random, (files.get(path)?.length ?? 0) * 8);
      const { records, damages } = recovered(remains, { path, to: (bytes) => flipped(bytes, bit) });
      expect({ path, bit, faults: faults(remains, records, damages) }).toEqual({ path, bit, faults: [] });
      damaged += damages.length;
    }
    expect(damaged).toBeGreaterThan(FLIPS / 2);
  });

  it('is refused by default, with file and bytes, and nothing of it is touched', async () => {
    const remains = await leaveBehind(60, 1000);
    const [first = ''] = remains.segments;
    const { disk, opened } = await reopen(remains, {
      change: (copy) => flip(copy, first, 8 * (HEADER + 40)),
    });
    await expect(opened).rejects.toMatchObject({
      code: 'journal_unusable',
      message: expect.stringMatching(
        /00000001\.journal cannot .*: bytes \d+ to \d+ are damaged; recover: 'salvage'/,
      ),
    });
    const salvaged = await open(disk, { machine: remains.processes.start(), recover: 'salvage' });
    expect(faults(remains, salvaged.found, reported(salvaged))).toEqual([]);
    expect(salvaged.found.length).toBeGreaterThan(remains.owed.size - 3);
  });

  it('is refused where that is before the last write, also in the last file', async () => {
    const remains = await leaveBehind(10, 100_000);
    const [only = ''] = remains.segments;
    const entries = remains.pieces;
    const { from = 0 } = entries.at(-5) ?? {};
    await expect(
      (await reopen(remains, { change: (disk) => flip(disk, only, 8 * from + 100) })).opened,
    ).rejects.toThrow(/00000001\.journal .*bytes \d+ to \d+ are damaged/);
  });

  it('is read where it is in the last write, which may have been torn, and that is told', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    const machine = processes.start();
    const { journal } = await open(disk, { machine });
    await journal.append([set('before')]);
    await journal.append(['a', 'b', 'c'].map((key) => set(key)));
    machine.kill();
    const [path = ''] = [...disk.files().keys()].filter((each) => each.endsWith('.journal'));
    const [, first] = piecesOf(disk, [path]);
    flip(disk, path, 8 * ((first?.from ?? 0) + 30));
    const opened = await open(disk, { machine: processes.start() });
    expect(keysOf(opened.found)).toEqual(['before', 'b', 'c']);
    expect(reported(opened)).toEqual([{ path, from: first?.from, to: first?.to }]);
  });

  it('keeps what it cannot read in a file of its own', async () => {
    const remains = await leaveBehind(60, 1000);
    const [first = ''] = remains.segments;
    const { disk, opened } = await reopen(remains, {
      recover: 'salvage',
      change: (copy) => flip(copy, first, 8 * (HEADER + 40)),
    });
    const [{ from, to } = { from: 0, to: 0 }] = reported(await opened);
    const kept = [...disk.files()].filter(([path]) =>
      path.endsWith(`-00000001.journal-${from}-${to}.corrupt`),
    );
    expect(kept.map(([, bytes]) => bytes.length)).toEqual([to - from]);
    expect(from).toBeGreaterThanOrEqual(HEADER);
  });

  it('is whole where the bit is in one of the two copies of its header', async () => {
    const remains = await leaveBehind(10, 100_000);
    const [only = ''] = remains.segments;
    for (let bit = 3; bit < HEADER * 8; bit += 13) {
      const { opened } = await reopen(remains, { change: (disk) => flip(disk, only, bit) });
      expect(keysOf((await opened).found)).toEqual([...remains.owed.keys()]);
    }
  });

  it('is refused where both copies of its header are damaged', async () => {
    const remains = await leaveBehind(10, 100_000);
    const [only = ''] = remains.segments;
    const change = (disk: MemoryDisk): void => {
      flip(disk, only, 8 * 30);
      flip(disk, only, 8 * (HEADER / 2 + 30));
    };
    await expect((await reopen(remains, { change })).opened).rejects.toThrow(/bytes 0 to \d+ are damaged/);
    const salvaged = await (await reopen(remains, { recover: 'salvage', change })).opened;
    expect(salvaged.found).toEqual([]);
    expect(reported(salvaged)).toEqual([{ path: only, from: 0, to: remains.disk.files().get(only)?.length }]);
  });
});

describe(`a journal that is cut short (seed ${SEED})`, () => {
  it('gives back everything but its last entry, wherever that is cut', async () => {
    const remains = await leaveBehind(8, 100_000);
    const [only = ''] = remains.segments;
    const last = remains.pieces.at(-1);
    const { from = 0, to = 0 } = last ?? {};
    expect(to - from).toBeGreaterThan(25);
    const whole = await (await reopen(remains, { change: () => undefined })).opened;
    expect(keysOf(whole.found)).toEqual([...remains.owed.keys(), 'k7']);
    for (let at = from; at < to; at++) {
      const { disk, opened } = await reopen(remains, { change: (copy) => cut(copy, only, at) });
      const { found, journal } = await opened;
      expect(keysOf(found)).toEqual([...remains.owed.keys()]);
      await journal.append([set('next')]);
      await journal.close();
      const next = await open(disk, { machine: remains.processes.start() });
      expect(keysOf(next.found)).toEqual([...keysOf(found), 'next']);
    }
  });

  it(`gives back what stands before the cut, after ${CUTS} cuts`, async () => {
    const random = seededRandom(SEED);
    const remains = await leaveBehind(60, 1000);
    const last = remains.segments.at(-1) ?? '';
    const length = remains.disk.files().get(last)?.length ?? 0;
    const entries = remains.pieces;
    for (let round = 0; round < CUTS; round++) {
      const at = below(random, length);
      const { records, damages } = recovered(remains, { path: last, to: (bytes) => bytes.subarray(0, at) });
      const gone = entries
        .filter((piece) => piece.path === last && piece.to > at)
        .map((piece) =>
          piece.kind === 'entry' && piece.entry.kind === 'change' ? keyOf(piece.entry.operation) : '',
        );
      const found = keysOf(records);
      const missing = [...remains.owed.keys()].filter((key) => !found.includes(key) && !gone.includes(key));
      expect({ at, missing }).toEqual({ at, missing: [] });
      expect(damages.every(({ isTorn }) => isTorn)).toBe(true);
    }
  });

  it('is refused where a file is cut that is not the last, or missing', async () => {
    const remains = await leaveBehind(60, 1000);
    const [, second = ''] = remains.segments;
    // Between two entries: nothing in the file itself shows that there was more.
    const { from = 0 } = remains.pieces.filter(({ path }) => path === second).at(-1) ?? {};
    const shorter = await reopen(remains, { change: (disk) => cut(disk, second, from) });
    await expect(shorter.opened).rejects.toThrow(/00000002\.journal .*bytes \d+ to \d+/);
    const gone = await reopen(remains, { change: (disk) => void disk.removeFile(second) });
    await expect(gone.opened).rejects.toThrow(/the segment before \S+00000003\.journal/);
  });

  it('does not need a last file that was only begun', async () => {
    const remains = await leaveBehind(10, 100_000);
    const [only = ''] = remains.segments;
    const next = only.replace('00000001', '00000002');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(7), Buffer.alloc(HEADER)]) {
      const change = (disk: MemoryDisk): void => {
        void disk.create(next);
        disk.put(next, bytes);
      };
      const { found, problems } = await (await reopen(remains, { change })).opened;
      expect(keysOf(found)).toEqual([...remains.owed.keys()]);
      expect(problems).toEqual([]);
    }
  });
});

describe('a journal of others', () => {
  it('is refused where it has a newer format', async () => {
    const remains = await leaveBehind(3, 100_000);
    const [only = ''] = remains.segments;
    const change = (disk: MemoryDisk): void => {
      const bytes = Buffer.from(disk.files().get(only) ?? Buffer.alloc(0));
      bytes.writeUInt32LE(2, 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(20, HEADER / 2), crc32(bytes.subarray(0, 16))), 16);
      disk.put(only, bytes);
    };
    for (const recover of ['strict', 'salvage'] as const)
      await expect((await reopen(remains, { recover, change })).opened).rejects.toThrow(
        /it has format 2, and this version reads 1/,
      );
  });

  it('is refused where it belongs to another cache', async () => {
    const remains = await leaveBehind(3, 100_000);
    const disk = remains.disk.copy();
    await disk.move(`${DIRECTORY}/${namespaceFolder('birds')}`, `${DIRECTORY}/${namespaceFolder('fish')}`);
    const opened = open(disk, { machine: remains.processes.start(), namespace: 'fish', recover: 'salvage' });
    await expect(opened).rejects.toThrow('it belongs to the cache "birds", and was opened for "fish"');
  });
});
