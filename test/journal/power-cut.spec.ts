import { type Operation, type Random, seededRandom } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { below } from './disk-nodes.js';
import { MemoryDisk } from './memory-disk.js';
import { keysOf, open, pass, Processes, set } from './open.js';

const IMAGES = 200;
const SEED = 0x1f2e;
/** Where the lock of the owner was garbled, too, its silence says that it has ended. */
const REBOOT_MS = 60_000;
const DEATH = { error: 'refused', attempts: 3, firstFailedAt: 1, lastFailedAt: 2 };

/** What was known when the power was cut. */
interface Moment {
  readonly disk: MemoryDisk;
  /** Acknowledged, and not let go of. */
  readonly owed: ReadonlyMap<string, Operation>;
}

interface Lives {
  readonly moments: readonly Moment[];
  readonly processes: Processes;
  /** Everything that was ever given to a journal. */
  readonly written: ReadonlyMap<string, Operation>;
}

/** Writes, buries, lets go of and takes over until it has seen so many moments. */
async function live(random: Random, lies: boolean): Promise<Lives> {
  const disk = new MemoryDisk();
  disk.lies = lies;
  const processes = new Processes();
  const [owed, written] = [new Map<string, Operation>(), new Map<string, Operation>()];
  const moments: Moment[] = [];
  disk.watch = () => {
    if (below(random, 6) === 0) moments.push({ disk: disk.copy(), owed: new Map(owed) });
  };
  for (let life = 0; moments.length < IMAGES; life++) {
    const machine = processes.start();
    await liveOnce({ disk, machine, owed, written, random, life });
    machine.kill();
  }
  return { moments: moments.slice(0, IMAGES), processes, written };
}

interface Life {
  readonly disk: MemoryDisk;
  readonly machine: ReturnType<Processes['start']>;
  readonly owed: Map<string, Operation>;
  readonly written: Map<string, Operation>;
  readonly random: Random;
  readonly life: number;
}

async function liveOnce({ disk, machine, owed, written, random, life }: Life): Promise<void> {
  const clock = new FakeClock();
  const { journal, found } = await open(disk, { durability: 'fsync', segmentBytes: 2000, machine, clock });
  const sequences = new Map(found.map((record) => [keysOf([record])[0] ?? '', record.sequence]));
  for (let round = 0; round < 12; round++) {
    const keys = Array.from({ length: 1 + below(random, 4) }, (_, at) => `${life} ${round} ${at}`);
    await Promise.all(
      keys.map(async (key) => {
        const operation = set(key, 'v'.repeat(below(random, 300)));
        written.set(key, operation);
        sequences.set(key, await journal.append([operation]));
        owed.set(key, operation);
      }),
    );
    const gone = [...sequences].filter(() => below(random, 3) === 0);
    for (const [key] of gone) owed.delete(key);
    for (const [key] of gone) sequences.delete(key);
    journal.release(gone.map(([, sequence]) => sequence));
    if (below(random, 4) === 0) await pass(clock, 1500);
  }
  for (const sequence of [...sequences.values()].slice(0, 2)) await journal.bury(sequence, DEATH);
  // Every other life is cut short.
  if (life % 2 === 0) await journal.close();
}

/** What is not as it has to be in some image. */
async function faultsIn({ moments, processes, written }: Lives, random: Random): Promise<string[]> {
  const faults: string[] = [];
  for (const [index, { disk, owed }] of moments.entries()) {
    disk.cutPower(random);
    disk.now += REBOOT_MS;
    const opened = await open(disk, { durability: 'fsync', machine: processes.start() }).catch(String);
    if (typeof opened === 'string') {
      faults.push(`image ${index}: ${opened}`);
      continue;
    }
    const found = new Map(
      opened.found.map((record) => [keysOf([record])[0] ?? '', textOf(record.operation)]),
    );
    for (const [key, operation] of owed)
      if (found.get(key) !== textOf(operation)) faults.push(`image ${index}: ${key} is missing`);
    for (const [key, text] of found)
      if (textOf(written.get(key)) !== text) faults.push(`image ${index}: ${key} was never written so`);
  }
  return faults;
}

function textOf(operation: Operation | undefined): string {
  return JSON.stringify(operation);
}

describe(`a power cut (seed ${SEED})`, () => {
  it(`takes nothing that was acknowledged, in ${IMAGES} images of the disk`, async () => {
    const random = seededRandom(SEED);
    const lives = await live(random, false);
    expect(lives.moments.length).toBe(IMAGES);
    expect(lives.moments.filter(({ owed }) => owed.size > 0).length).toBeGreaterThan(IMAGES / 2);
    expect(await faultsIn(lives, random)).toEqual([]);
  });

  it('is seen to take something where files are not synced', async () => {
    const random = seededRandom(SEED);
    const faults = await faultsIn(await live(random, true), random);
    expect(faults.filter((fault) => fault.endsWith('missing')).length).toBeGreaterThan(10);
  });
});
