import { FakeClock } from 'nuthatch/testing';
import { failure } from './disk-nodes.js';
import { type Act, MemoryDisk } from './memory-disk.js';
import { keysOf, open, pass, Processes, set } from './open.js';

/** Makes what a disk is asked to do with segments fail, for as long as it says. */
function breaking(disk: MemoryDisk, code: string, ...acts: readonly Act[]): { mend(): void } {
  disk.watch = (act, path) => {
    if (acts.includes(act) && !path.endsWith('lock')) throw failure(code, path);
  };
  return { mend: () => (disk.watch = () => undefined) };
}

async function openHere(durability: 'journal' | 'fsync' = 'journal') {
  const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
  const machine = processes.start();
  const opened = await open(disk, { machine, clock, durability, segmentBytes: 4096 });
  /** What the next process finds when this one is killed. */
  const restarted = async () => {
    machine.kill();
    return open(disk, { machine: processes.start(), durability });
  };
  return { ...opened, disk, restarted };
}

describe('a disk that is full', () => {
  it('is an error for every append of the write, and nothing of it is ever found', async () => {
    const { journal, disk, restarted } = await openHere();
    await journal.append([set('before')]);
    const { mend } = breaking(disk, 'ENOSPC', 'write');
    const appends = await Promise.allSettled(['a', 'b', 'c'].map((key) => journal.append([set(key)])));
    expect(appends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(appends[0]).toMatchObject({
      reason: { code: 'journal_unusable', message: expect.stringContaining('ENOSPC') },
    });
    expect(journal.depth).toBe(1);
    mend();
    const { found, problems } = await restarted();
    expect(keysOf(found)).toEqual(['before']);
    expect(problems).toEqual([]);
  });

  it('is written to again when there is room, without a restart', async () => {
    const { journal, disk, restarted } = await openHere();
    await journal.append([set('before')]);
    for (let times = 0; times < 3; times++) {
      const { mend } = breaking(disk, 'ENOSPC', 'write', 'create');
      await expect(journal.append([set('full')])).rejects.toThrow('ENOSPC');
      mend();
      await journal.append([set(`after ${times}`, 'v'.repeat(3000))]);
    }
    const { found, problems } = await restarted();
    expect(keysOf(found)).toEqual(['before', 'after 0', 'after 1', 'after 2']);
    expect(problems).toEqual([]);
  });

  it('hides nothing that is written later where the torn part cannot be cut off', async () => {
    const { journal, disk, restarted } = await openHere();
    await journal.append([set('before')]);
    const { mend } = breaking(disk, 'EIO', 'write', 'cutTo');
    // Half of it is on disk: whole entries, beyond where the next write ends.
    const torn = Array.from({ length: 20 }, (_, at) => set(`torn ${at}`));
    await expect(journal.append(torn)).rejects.toThrow('EIO');
    mend();
    await journal.append([set('after')]);
    const { found, problems } = await restarted();
    expect(keysOf(found)).toEqual(['before', 'after']);
    expect(problems).toEqual([]);
  });

  it('does not forget what was let go of while it was full', async () => {
    const { journal, clock, disk, problems, restarted } = await openHere();
    const first = await journal.append([set('gone'), set('stays')]);
    const { mend } = breaking(disk, 'ENOSPC', 'write');
    journal.release([first]);
    await pass(clock, 1000);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('ENOSPC')]);
    mend();
    await journal.append([set('later')]);
    expect(keysOf((await restarted()).found)).toEqual(['stays', 'later']);
  });

  it('is told of while there is nobody to be told by a write, and tidied later', async () => {
    const { journal, clock, disk, problems } = await openHere();
    const first = await journal.append([set('kept')]);
    const { mend } = breaking(disk, 'EIO', 'removeFile');
    const sequences: number[] = [];
    for (let at = 0; at < 9; at++) sequences.push(await journal.append([set('k', 'v'.repeat(2000))]));
    journal.release([first, ...sequences]);
    await pass(clock, 1000);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('EIO')]);
    const full = journal.bytes;
    mend();
    await pass(clock, 5000);
    expect(journal.bytes).toBeLessThan(full / 2);
  });
});

describe('a disk that cannot be synced', () => {
  it('is an error, and what is written later stands in another file', async () => {
    const { journal, disk, restarted } = await openHere('fsync');
    await journal.append([set('before')]);
    const { mend } = breaking(disk, 'EIO', 'sync');
    await expect(journal.append([set('unsynced')])).rejects.toThrow('EIO');
    mend();
    await journal.append([set('after')]);
    expect([...disk.files().keys()].filter((path) => path.endsWith('.journal'))).toHaveLength(2);
    expect(keysOf((await restarted()).found)).toEqual(['before', 'after']);
  });
});

describe('a write', () => {
  it('is shared by everything that is appended in one turn, and so is its sync', async () => {
    const { journal, disk } = await openHere('fsync');
    await journal.append([set('first')]);
    const count = (act: Act): number => disk.done.get(act) ?? 0;
    const [writes, syncs] = [count('write'), count('sync')];
    await Promise.all(Array.from({ length: 20 }, (_, at) => journal.append([set(`k${at}`)])));
    expect([count('write') - writes, count('sync') - syncs]).toEqual([1, 1]);
  });

  it('is shared by what promises lead to, without a turn of the event loop, where it need not be synced', async () => {
    const { journal, disk } = await openHere('journal');
    await journal.append([set('first')]);
    const writes = disk.done.get('write') ?? 0;
    let hasTurned = false;
    setImmediate(() => (hasTurned = true));
    const late = Promise.resolve().then(() => journal.append([set('late')]));
    await Promise.all([journal.append([set('early')]), late]);
    expect([(disk.done.get('write') ?? 0) - writes, hasTurned]).toEqual([1, false]);
  });

  it('lets the event loop turn now and then, also where its writer waits for nothing else', async () => {
    const { journal } = await openHere('journal');
    let turns = 0;
    const turn = (): unknown => setImmediate(() => turns++ < 1000 && turn());
    turn();
    for (let at = 0; at < 100; at++) await journal.append([set('owl')]);
    expect(turns).toBeGreaterThanOrEqual(9);
  });

  it('is not synced where only the death of the process is to be survived', async () => {
    const { journal, disk } = await openHere('journal');
    await journal.append([set('first')]);
    expect(disk.done.get('sync')).toBe(undefined);
  });

  it('takes a release along within a second', async () => {
    const { journal, clock, restarted } = await openHere();
    const first = await journal.append([set('gone'), set('stays')]);
    journal.release([first]);
    await pass(clock, 1000);
    expect(keysOf((await restarted()).found)).toEqual(['stays']);
  });
});
