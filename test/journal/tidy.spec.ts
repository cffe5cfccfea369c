import { seededRandom } from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import { below } from './disk-nodes.js';
import { MemoryDisk } from './memory-disk.js';
import { keysOf, open, Processes, set } from './open.js';

const SEGMENT = 4096;
const SEED = 77;

async function openHere() {
  const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
  const machine = processes.start();
  const opened = await open(disk, { machine, clock, segmentBytes: SEGMENT });
  const onDisk = (): number =>
    [...disk.files()].reduce((sum, [path, bytes]) => sum + (path.endsWith('.journal') ? bytes.length : 0), 0);
  const restarted = async () => {
    machine.kill();
    return open(disk, { machine: processes.start() });
  };
  const idle = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn++) await settle();
  };
  return { ...opened, disk, onDisk, restarted, idle };
}

describe('the disk space of a journal', () => {
  it('is given back as soon as nothing in a segment is wanted', async () => {
    const { journal, onDisk, idle } = await openHere();
    for (let at = 0; at < 40; at++) journal.release([await journal.append([set('k', 'v'.repeat(1000))])]);
    await idle();
    expect(onDisk()).toBeLessThan(2 * SEGMENT);
    expect(journal.bytes).toBe(onDisk());
  });

  it('is bounded where one change stays for long, and that change is kept', async () => {
    const { journal, onDisk, idle, restarted } = await openHere();
    const kept = await journal.append([set('kept', 'v'.repeat(500))]);
    await journal.bury(kept, { error: 'no', attempts: 9, firstFailedAt: 1, lastFailedAt: 2 });
    for (let at = 0; at < 200; at++) {
      journal.release([await journal.append([set('k', 'v'.repeat(900))])]);
      await idle();
      expect(onDisk()).toBeLessThan(4 * 1000 + 4 * SEGMENT);
    }
    const { found } = await restarted();
    expect(keysOf(found)[0]).toBe('kept');
    expect(found[0]).toMatchObject({ death: { attempts: 9 } });
  });

  it('holds nothing of what was released once that is settled, also where the process dies then', async () => {
    const { journal, restarted } = await openHere();
    const first = await journal.append([set('owl'), set('wren')]);
    journal.release([first]);
    await journal.settled();
    const { found } = await restarted();
    expect(keysOf(found)).toEqual(['wren']);
  });

  it(`holds exactly what is wanted, whatever is written, buried and let go of (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const { journal, onDisk, idle, restarted } = await openHere();
    const wanted = new Map<number, string>();
    for (let at = 0; at < 400; at++) {
      const value = 'v'.repeat(below(random, 600));
      wanted.set(await journal.append([set(`k${at}`, value)]), `k${at}`);
      const sequences = [...wanted.keys()];
      const gone = sequences.filter(() => below(random, 12) === 0);
      journal.release(gone);
      for (const sequence of gone) wanted.delete(sequence);
      const [oldest] = wanted.keys();
      if (oldest !== undefined && below(random, 5) === 0)
        await journal.bury(oldest, { error: 'no', attempts: at, firstFailedAt: 1, lastFailedAt: 2 });
    }
    await idle();
    expect(journal.depth).toBe(wanted.size);
    expect(onDisk()).toBeLessThan(4 * wanted.size * 750 + 3 * SEGMENT);
    await journal.append([set('last')]);
    expect(keysOf((await restarted()).found)).toEqual([...wanted.values(), 'last']);
  });

  it('keeps a segment of which something that is wanted cannot be read back, and says so', async () => {
    const { journal, disk, problems, idle } = await openHere();
    await journal.append([set('kept', 'v'.repeat(500))]);
    const [path = ''] = [...disk.files().keys()].filter((each) => each.endsWith('00000001.journal'));
    const damaged = Buffer.from(disk.files().get(path) ?? Buffer.alloc(0));
    damaged.fill(0, damaged.length - 100);
    disk.put(path, damaged);
    for (let at = 0; at < 60; at++) journal.release([await journal.append([set('k', 'v'.repeat(900))])]);
    await idle();
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('1 changes in segment 1 cannot be read back'),
    ]);
    expect(disk.files().has(path)).toBe(true);
    expect(journal.depth).toBe(1);
  });
});
