import { FakeClock } from 'nuthatch/testing';
import { namespaceFolder } from '../../libs/engine/src/journal/folder-names.js';
import { failure } from './disk-nodes.js';
import { MemoryDisk } from './memory-disk.js';
import { DIRECTORY, keysOf, make, open, pass, Processes, set } from './open.js';

const ROOT = `${DIRECTORY}/${namespaceFolder('birds')}`;

function locksOn(disk: MemoryDisk): string[] {
  return [...disk.files().keys()].filter((path) => path.endsWith('/lock'));
}

/** A clock of a process that stood still: none of its timers has run yet. */
class LateClock extends FakeClock {
  lateMs = 0;

  override now(): number {
    return super.now() + this.lateMs;
  }
}

/** A process that has written something and was killed. */
async function killed(disk: MemoryDisk, processes: Processes, ...keys: readonly string[]): Promise<void> {
  const machine = processes.start();
  const { journal } = await open(disk, { machine });
  for (const key of keys) await journal.append([set(key)]);
  machine.kill();
}

describe('the owner of a journal', () => {
  it('is known to have ended when its process is gone', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    await killed(disk, processes, 'owl', 'wren');
    const { found } = await open(disk, { machine: processes.start() });
    expect(keysOf(found)).toEqual(['owl', 'wren']);
    expect(locksOn(disk)).toHaveLength(1);
  });

  it('is not touched while it runs, for however long it is silent, on this machine', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    const { journal } = await open(disk, { machine: processes.start() });
    await journal.append([set('owl')]);
    disk.now += 3_600_000;
    expect((await open(disk, { machine: processes.start() })).found).toEqual([]);
  });

  it('on another machine has ended after 30 seconds of silence, and not before', async () => {
    const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
    const away = await open(disk, { machine: processes.start('there') });
    await away.journal.append([set('owl')]);
    const here = await open(disk, { machine: processes.start('here'), clock });
    disk.now += 30_000;
    await pass(clock, 5000);
    expect(here.adopted).toEqual([]);
    disk.now += 1;
    await pass(clock, 5000);
    expect(keysOf(here.adopted)).toEqual(['owl']);
  });

  it('on another machine says every few seconds that it runs', async () => {
    const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
    const away = await open(disk, { machine: processes.start('there'), clock });
    await away.journal.append([set('owl')]);
    const here = await open(disk, { machine: processes.start('here'), clock });
    for (let round = 0; round < 20; round++) {
      disk.now += 5000;
      await pass(clock, 5000);
    }
    expect([here.adopted, away.adopted, away.journal.depth]).toEqual([[], [], 1]);
  });

  it('loses nothing where it stood still for so long that another one took over', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    const [frozen, awake] = [new FakeClock(), new FakeClock()];
    const machine = processes.start('there');
    const away = await open(disk, { machine, clock: frozen });
    await away.journal.append([set('before')]);
    const here = await open(disk, { machine: processes.start('here'), clock: awake });
    disk.now += 31_000;
    await pass(awake, 5000);
    expect(keysOf(here.adopted)).toEqual(['before']);
    frozen.shiftWallClock(31_000);
    // Its own timers have not run; the first that it does is to write.
    const late = away.journal.append([set('late')]);
    await pass(frozen, 31_000);
    await late;
    await away.journal.append([set('later')]);
    expect(away.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('it was taken over'),
    ]);
    machine.kill();
    disk.now += 31_000;
    await pass(awake, 5000);
    expect(keysOf(here.adopted)).toEqual(expect.arrayContaining(['before', 'late', 'later']));
  });

  it('acknowledges nothing that stands only in a folder that was taken from it', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    const [frozen, awake] = [new LateClock(), new FakeClock()];
    const machine = processes.start('there');
    const away = await open(disk, { machine, clock: frozen });
    await away.journal.append([set('before')]);
    const here = await open(disk, { machine: processes.start('here'), clock: awake });
    disk.now += 31_000;
    await pass(awake, 5000);
    frozen.lateMs = 31_000;
    await away.journal.append([set('late')]);
    machine.kill();
    disk.now += 31_000;
    await pass(awake, 5000);
    expect(keysOf(here.adopted)).toEqual(expect.arrayContaining(['before', 'late']));
  });

  it('is one of many who come for the same journal', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    await killed(disk, processes, 'owl', 'wren', 'jay');
    const heirs = Array.from({ length: 8 }, () => make(disk, { machine: processes.start() }));
    const found = await Promise.all(heirs.map(({ journal }) => journal.open()));
    expect(found.flatMap(keysOf)).toEqual(['owl', 'wren', 'jay']);
  });

  it('answers what several have left, that of the oldest first', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    const machines = [2, 0, 1].map((day) => ({ day, machine: processes.start() }));
    for (const { day, machine } of machines) {
      const { journal } = await open(disk, { machine, clock: new FakeClock(day * 86_400_000) });
      await journal.append([set(`day ${day} first`), set(`day ${day} second`)]);
    }
    for (const { machine } of machines) machine.kill();
    const { found } = await open(disk, { machine: processes.start() });
    const days = [0, 1, 2].flatMap((day) => [`day ${day} first`, `day ${day} second`]);
    expect(keysOf(found)).toEqual(days);
    expect(found.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gets its journal back where it tells that it runs at the moment it is taken', async () => {
    const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
    const away = await open(disk, { machine: processes.start('there') });
    await away.journal.append([set('owl')]);
    const [lock = ''] = locksOn(disk);
    const here = await open(disk, { machine: processes.start('here'), clock });
    disk.now += 31_000;
    disk.watch = (act, path) => {
      if (act === 'move' && lock === `${path}/lock`) disk.age(lock, -31_000);
    };
    await pass(clock, 5000);
    expect(here.adopted).toEqual([]);
    expect(locksOn(disk)).toContain(lock);
    await away.journal.close();
    expect(away.problems).toEqual([]);
  });

  it('may end at any moment of a take-over: the next one finds everything, and so on', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    await killed(disk, processes, 'owl', 'wren', 'jay');
    let moments = 0;
    for (let ends = 1; ends < 60; ends++) {
      const image = disk.copy();
      for (const crash of [ends, ends + 1, 2]) {
        const machine = processes.start();
        let left = crash;
        image.watch = (_, path) => {
          if (--left <= 0) throw failure('EIO', path);
        };
        await make(image, { machine })
          .journal.open()
          .catch(() => moments++);
        machine.kill();
      }
      image.watch = () => undefined;
      image.now += 60_000;
      const { found } = await open(image, { machine: processes.start() });
      expect({ ends, keys: [...new Set(keysOf(found))].sort() }).toEqual({
        ends,
        keys: ['jay', 'owl', 'wren'],
      });
    }
    expect(moments).toBeGreaterThan(60);
  });

  it('takes a journal over once, also while its folder cannot be removed', async () => {
    const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
    const here = await open(disk, { machine: processes.start(), clock });
    await killed(disk, processes, 'owl');
    disk.watch = (act, path) => {
      if (act === 'removeFile' && path.endsWith('.journal')) throw failure('EIO', path);
    };
    for (let round = 0; round < 3; round++) await pass(clock, 5000);
    expect(keysOf(here.adopted)).toEqual(['owl']);
    disk.watch = () => undefined;
    await pass(clock, 5000);
    expect([keysOf(here.adopted), here.journal.depth]).toEqual([['owl'], 1]);
    expect(await disk.list(ROOT)).toHaveLength(1);
  });

  it('says which folder it is where the disk fails while it is opened, and can be opened again', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    await killed(disk, processes, 'owl');
    disk.watch = (act, path) => {
      if (act === 'read' && path.endsWith('.journal')) throw failure('EIO', 'read');
    };
    const { journal } = make(disk, { machine: processes.start() });
    const expected = { code: 'journal_unusable', message: expect.stringContaining(ROOT) };
    await expect(journal.open()).rejects.toMatchObject(expected);
    disk.watch = () => undefined;
    expect(keysOf(await journal.open())).toEqual(['owl']);
    await journal.append([set('wren')]);
  });

  it('takes over what it can read beside what it cannot', async () => {
    const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
    const here = await open(disk, { machine: processes.start(), clock });
    const machines = [processes.start(), processes.start()];
    for (const [index, machine] of machines.entries()) {
      const other = await open(disk, { machine, clock: new FakeClock(index * 86_400_000) });
      await other.journal.append([set(`key ${index}`)]);
    }
    for (const machine of machines) machine.kill();
    const [oldest = ''] = [...disk.files().keys()].filter((path) => path.endsWith('.journal')).sort();
    disk.put(oldest, Buffer.alloc(500));
    await pass(clock, 5000);
    expect(keysOf(here.adopted)).toEqual(['key 1']);
    expect(here.problems).toHaveLength(1);
  });

  it('leaves nothing behind when everything is released', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    await killed(disk, processes, 'owl');
    const { journal, found } = await open(disk, { machine: processes.start() });
    journal.release(found.map(({ sequence }) => sequence));
    await journal.close();
    expect([...disk.files().keys()]).toEqual([]);
    expect(disk.folders()).toEqual(['/var', DIRECTORY, ROOT]);
  });

  it('clears away a folder that somebody began to make long ago, and nothing that it does not know', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    const [old, young] = ['new-000000001-0123456789abcdef', 'new-000000002-0123456789abcdef'];
    for (const name of [old, 'notes']) await disk.makeFolder(`${ROOT}/${name}`);
    disk.now += 31_000;
    await disk.makeFolder(`${ROOT}/${young}`);
    await open(disk, { machine: processes.start() });
    const names = await disk.list(ROOT);
    expect(names).toEqual(expect.arrayContaining([young, 'notes']));
    expect(names).not.toContain(old);
  });

  it('takes a lock that cannot be read for that of another machine', async () => {
    const [disk, processes] = [new MemoryDisk(), new Processes()];
    await killed(disk, processes, 'owl');
    const [lock = ''] = locksOn(disk);
    for (const text of ['', 'null', '{"pid":"1"}', '\0\0\0', '[]']) {
      const image = disk.copy();
      image.put(lock, Buffer.from(text));
      expect((await open(image, { machine: processes.start() })).found).toEqual([]);
      image.now += 31_000;
      expect(keysOf((await open(image, { machine: processes.start() })).found)).toEqual(['owl']);
    }
  });

  it('tells once of a journal that it cannot read while it runs, and goes on', async () => {
    const [disk, processes, clock] = [new MemoryDisk(), new Processes(), new FakeClock()];
    const here = await open(disk, { machine: processes.start(), clock });
    await killed(disk, processes, 'owl', 'wren');
    const path = [...disk.files().keys()].find((each) => each.endsWith('.journal')) ?? '';
    disk.put(path, Buffer.concat([Buffer.alloc(500), disk.files().get(path) ?? Buffer.alloc(0)]));
    for (let round = 0; round < 3; round++) await pass(clock, 5000);
    expect(here.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/bytes 0 to \d+ are damaged/),
    ]);
    await here.journal.append([set('jay')]);
  });
});
