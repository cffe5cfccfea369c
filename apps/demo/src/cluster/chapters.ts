import { setTimeout as pause } from 'node:timers/promises';
import { formatCount, formatMs } from '../scenarios/format.js';
import { median } from '../scenarios/measure.js';
import type { Narrator } from '../scenarios/narrator.js';
import type { DeparturesProcess } from './departures-process.js';
import type { GateDisplay } from './gate-display.js';
import type { OwnCorner } from './own-corner.js';

/** Two processes of the service, and what they share. */
export interface Stage {
  readonly here: DeparturesProcess;
  readonly there: DeparturesProcess;
  readonly corner: OwnCorner;
  readonly say: Narrator;
}

/** Milliseconds since a change was asked for. */
interface Times {
  readonly shownMs: number;
  readonly acknowledgedMs: number;
}

const FLIGHT = 'ATL-BOS-1';
const CHANGES = 10;
const REQUESTS = 50;
const BOARD = '/airports/ATL/departures?after=08:00&limit=20';

/** A change on one, seen at the other; then the same with the bus cut in between. */
export async function playChanges({ here, there, corner, say }: Stage): Promise<void> {
  say.title('A gate changes on one, a display at the other shows it', FIRST);
  const display = await there.follow(FLIGHT);
  // The first one compiles what the others use.
  await changeGate(here, display, 'A0');
  const times: Times[] = [];
  for (let n = 1; n <= CHANGES; n++) times.push(await changeGate(here, display, `B${n}`));
  say.step(`${CHANGES} changes`, `shown after ${spreadOf(times.map(({ shownMs }) => shownMs))}`);
  say.step('', `acknowledged after ${spreadOf(times.map(({ acknowledgedMs }) => acknowledgedMs))}`);

  say.title('The bus is cut', SECOND);
  const cut = await cutBoth(corner);
  const { shownMs } = await changeGate(here, display, 'C1');
  const answer = await there.get<{ readonly gate: string }>(`/flights/${FLIGHT}`);
  say.step(
    `${cut} connections killed`,
    `the change made at once was shown after ${formatMs(shownMs)}; who asks now gets gate ${answer.gate}`,
  );
  display.close();
}

/** Everybody asks for the same at once, of both. */
export async function playStampede({ here, there, say }: Stage): Promise<void> {
  say.title('Everybody asks at once, of both', THIRD);
  const before = await loadsOf(here, there);
  const startedAt = performance.now();
  const asked = [here, there].flatMap((one) =>
    Array.from({ length: REQUESTS }, () => one.get<readonly object[]>(BOARD)),
  );
  const boards = await Promise.all(asked);
  const elapsedMs = performance.now() - startedAt;
  const loads = (await loadsOf(here, there)) - before;
  const flights = Math.min(...boards.map((board) => board.length));
  const made = loads === 1 ? 'made once' : `made ${loads} times`;
  say.step(
    `${formatCount(boards.length)} requests`,
    `the board of ${flights} flights was ${made}; all had it after ${formatMs(elapsedMs)}`,
  );
}

const FIRST =
  'Each process has its own memory. A change is written back to the table later; before it is acknowledged, the other has been told, and forgets what it had. From the request to the one until the display at the other (server-sent events), all by the clock of this program:';
const SECOND =
  'Now the connections on which the two listen to each other are killed in Redis, these and no others. They connect again by themselves, and go on where they were.';
const THIRD =
  'A board that nobody has asked for, from both processes together. One holds the lease, and makes it; the other waits for that.';

async function changeGate(process: DeparturesProcess, display: GateDisplay, gate: string): Promise<Times> {
  const askedAt = performance.now();
  const acknowledged = process.assignGate(FLIGHT, gate).then(() => performance.now());
  const [shownAt, acknowledgedAt] = await Promise.all([display.shows(gate), acknowledged]);
  return { shownMs: shownAt - askedAt, acknowledgedMs: acknowledgedAt - askedAt };
}

function spreadOf(times: readonly number[]): string {
  return `${formatMs(median(times))} (median), ${formatMs(Math.max(...times))} (worst)`;
}

/** Between two waits for news a connection waits for nothing, so it may take a second look. */
async function cutBoth(corner: OwnCorner): Promise<number> {
  let cut = 0;
  for (let look = 0; look < 20 && cut < 2; look++) {
    cut = await corner.cutBus();
    if (cut < 2) await pause(5);
  }
  return cut;
}

async function loadsOf(...processes: readonly DeparturesProcess[]): Promise<number> {
  const counts = await Promise.all(processes.map((one) => one.count('loads_total', 'departures')));
  return counts.reduce((sum, count) => sum + count, 0);
}
