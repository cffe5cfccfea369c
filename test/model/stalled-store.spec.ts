import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const OFFERED = Number(process.env['NUTHATCH_OFFERED'] ?? 100_000);
const MOST_PENDING = 10_000;
/** What a pending write of 200 bytes takes, all in all. */
const PENDING_BYTES = 1000;
const MOST_HEAP = 1.2 * MOST_PENDING * PENDING_BYTES;
const LONGEST_MS = 300_000;

interface Findings {
  readonly whileStalled: Readonly<Record<'acknowledged' | 'refused' | 'heap' | 'pending', number>>;
  readonly mostHeap: number;
  readonly offered: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly stored: number;
  readonly left: number;
}

/** What a process of its own finds, whose heap nobody else uses. */
async function offer(overflow: 'block' | 'reject'): Promise<Findings> {
  const program = join(import.meta.dirname, 'stalled-store.ts');
  const options = [
    '--expose-gc',
    '--import',
    '@swc-node/register/esm-register',
    program,
    overflow,
    `${OFFERED}`,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return JSON.parse(stdout) as Findings;
}

describe(`where the store stalls and ${OFFERED} writes are offered`, () => {
  it(
    'block lets writers wait, takes no more heap than what may be pending, and loses nothing',
    async () => {
      const { whileStalled, mostHeap, ...found } = await offer('block');
      expect(whileStalled).toMatchObject({ acknowledged: MOST_PENDING, refused: 0, pending: MOST_PENDING });
      expect(Math.max(whileStalled.heap, mostHeap)).toBeLessThan(MOST_HEAP);
      expect(found).toEqual({
        offered: OFFERED,
        acknowledged: OFFERED,
        refused: 0,
        stored: OFFERED,
        left: 0,
      });
    },
    LONGEST_MS,
  );

  it(
    'reject refuses what has no room, takes no more heap than what may be pending, and loses nothing',
    async () => {
      const { whileStalled, mostHeap, ...found } = await offer('reject');
      const refused = OFFERED - MOST_PENDING;
      expect(whileStalled).toMatchObject({ acknowledged: MOST_PENDING, refused, pending: MOST_PENDING });
      expect(Math.max(whileStalled.heap, mostHeap)).toBeLessThan(MOST_HEAP);
      expect(found).toEqual({
        offered: OFFERED,
        acknowledged: MOST_PENDING,
        refused,
        stored: MOST_PENDING,
        left: 0,
      });
    },
    LONGEST_MS,
  );
});
