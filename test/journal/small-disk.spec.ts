import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';

const LONGEST_MS = 120_000;
const OFFERED = 400;

interface Findings {
  readonly whenFull: {
    readonly acknowledged: number;
    readonly pending: number;
    readonly refused: Readonly<Record<string, number>>;
    readonly unread: number;
  };
  /** The first write when there is room again, and the first after a flush. */
  readonly isRefused: readonly [boolean, boolean];
  readonly left: number;
  readonly lost: number;
}

/** Runs a command over a file system of a megabyte, which nobody else sees and which goes with the command. */
function onSmallDisk(folder: string, ...command: readonly string[]) {
  const mountAndRun = `mount -t tmpfs -o size=1m none "$0" && exec "$@"`;
  const unshared = ['--map-root-user', '--mount', 'sh', '-c', mountAndRun, folder, ...command];
  return spawnSync('unshare', unshared, { encoding: 'utf8' });
}

async function write(journal: 'file' | 'sqlite' | 'none'): Promise<Findings> {
  const folder = await temporaryFolder();
  const writer = join(import.meta.dirname, 'small-disk-writer.ts');
  const node = [process.execPath, '--import', '@swc-node/register/esm-register'];
  const { stdout, stderr } = onSmallDisk(folder, ...node, writer, folder, journal);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Findings;
}

const canMount = onSmallDisk(import.meta.dirname, 'true').status === 0;
if (!canMount) process.stderr.write('skipped: no file system may be mounted here\n');
const describeWhereMounted = canMount ? describe : describe.skip;

describeWhereMounted('a real disk of a megabyte', () => {
  it.each(['file', 'sqlite'] as const)(
    'refuses writes while it is full, loses none that was acknowledged, and goes on when there is room: journal of %s',
    async (journal) => {
      const { whenFull, ...later } = await write(journal);
      expect(whenFull).toMatchObject({ unread: 0, refused: { journal_unusable: expect.any(Number) } });
      expect(whenFull.acknowledged + (whenFull.refused['journal_unusable'] ?? 0)).toBe(OFFERED);
      // The database was full, too.
      expect(whenFull.pending).toBeGreaterThan(0);
      expect(later).toEqual({ isRefused: [false, false], left: 0, lost: 0 });
    },
    LONGEST_MS,
  );

  it(
    'keeps what is pending while the database has no room, and stores it when there is: no journal',
    async () => {
      const { whenFull, ...later } = await write('none');
      expect(whenFull).toMatchObject({ unread: 0, pending: 20 });
      expect(whenFull.acknowledged + (whenFull.refused['too_many_pending'] ?? 0)).toBe(OFFERED);
      expect(later).toEqual({ isRefused: [true, false], left: 0, lost: 0 });
    },
    LONGEST_MS,
  );
});
