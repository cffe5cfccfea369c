import { spawnSync } from 'node:child_process';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { openCache } from '../../../../test/support/caches.js';
import { type Machine, thisMachine } from '../kernel/machine.js';
import { temporaryFor } from './temporary-file.js';

const DAY_MS = 24 * 60 * 60_000;

/** A snapshot that is to be saved, and what others have left beside it. */
async function place() {
  const folder = await temporaryFolder();
  const file = join(folder, 'birds.snapshot');
  const leave = async (path: string, ageMs = 0): Promise<string> => {
    await writeFile(path, 'half a snapshot');
    // What is left is some milliseconds older than what is made later.
    const at = new Date(Date.now() - ageMs - (ageMs > 0 ? 5000 : -5000));
    await utimes(path, at, at);
    return path.slice(folder.length + 1);
  };
  const save = async (): Promise<string[]> => {
    const { cache } = await openCache();
    await cache.saveSnapshot(file);
    return (await readdir(folder)).filter((name) => name !== 'birds.snapshot').sort();
  };
  return { folder, file, leave, save };
}

/** The machine of a process of that number, which is no longer running where that is said. */
function machineOf(pid: number, changes: Partial<{ startedAt: string; host: string }> = {}): Machine {
  return { ...thisMachine, self: async () => ({ ...(await thisMachine.self()), pid, ...changes }) };
}

/** The number of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('what a save that was killed has left', () => {
  it('is removed by the next save to that file', async () => {
    const { file, leave, save } = await place();
    await leave((await temporaryFor(file, machineOf(endedPid()))).path);
    expect(await save()).toEqual([]);
  });

  it('is removed where another process has that number now', async () => {
    const { file, leave, save } = await place();
    await leave((await temporaryFor(file, machineOf(process.ppid, { startedAt: '1' }))).path);
    expect(await save()).toEqual([]);
  });

  it('stays while its process is running, however long ago it has written', async () => {
    const { file, leave, save } = await place();
    const mine = await leave((await temporaryFor(file)).path, 30 * DAY_MS);
    expect(await save()).toEqual([mine]);
  });

  it('stays for a day where it is of another machine, about whose processes nothing is known', async () => {
    const { file, leave, save } = await place();
    const other = machineOf(endedPid(), { host: 'another' });
    const young = await leave((await temporaryFor(file, other)).path, DAY_MS - 60_000);
    await leave((await temporaryFor(file, other)).path, DAY_MS);
    expect(await save()).toEqual([young]);
  });

  it('is told from what is of another file, or of somebody else', async () => {
    const { folder, file, leave, save } = await place();
    const old = 30 * DAY_MS;
    await leave(`${file}.0123456789ab.tmp`, old);
    const others = [
      await leave((await temporaryFor(`${file}.gz`, machineOf(endedPid()))).path, old),
      await leave(join(folder, 'birds.snapshot.tmp'), old),
      await leave(join(folder, 'birds.snapshot.mine.tmp'), old),
      await leave(join(folder, 'birds.snapshot.0123456789ab'), old),
      await leave(join(folder, 'xbirds.snapshot.0123456789ab.tmp'), old),
    ];
    expect(await save()).toEqual(others.sort());
  });

  it('and cannot be removed does not fail the next', async () => {
    const { file, save } = await place();
    const { path } = await temporaryFor(file, machineOf(endedPid()));
    await mkdir(join(path, 'in the way'), { recursive: true });
    expect(await save()).toHaveLength(1);
  });
});
