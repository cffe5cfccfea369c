import autocannon from 'autocannon';
import type { Served } from './served.js';

/** What is asked of every application. */
export type LapKind = 'hits' | 'cold';

export interface LapPlan {
  readonly kind: LapKind;
  readonly connections: number;
  readonly ms: number;
}

/** What an application did. */
export interface Lap {
  readonly perSecond: number;
  /** Requests for each second that the server has run on a processor. */
  readonly perCpuSecond: number;
  readonly p99Ms: number;
}

/** So many answers are there to be found, in a lap of hits. */
const WARM = 100;

/** Requests of one kind, as fast as they are answered. @throws Error where one is not answered by 200. */
export async function runLap({ url, cpuMs }: Served, { kind, connections, ms }: LapPlan): Promise<Lap> {
  const paths = kind === 'hits' ? warmPaths() : coldPaths(connections);
  if (kind === 'hits') await Promise.all(Array.from({ length: WARM }, () => fetch(url + paths.next())));
  const startMs = await cpuMs();
  const { requests, latency, duration, non2xx, errors } = await autocannon({
    url,
    connections,
    duration: ms / 1000,
    // It ends with a sample.
    sampleInt: ms,
    requests: [{ setupRequest: (request) => ({ ...request, path: paths.next() }) }],
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests of ${url} were not answered by 200`);
  const perCpuSecond = (requests.total * 1000) / ((await cpuMs()) - startMs);
  return { perSecond: requests.total / duration, perCpuSecond, p99Ms: latency.p99 };
}

interface Paths {
  next(): string;
}

/** The same hundred, one after the other. */
function warmPaths(): Paths {
  let turn = 0;
  return { next: () => `/birds/${turn++ % WARM}` };
}

/** Each is asked for as often as there are connections, and then never again: everybody comes at once for what nobody has. */
function coldPaths(connections: number): Paths {
  const start = Math.floor(performance.now() * 1000);
  let turn = 0;
  return { next: () => `/birds/${start}-${Math.floor(turn++ / connections)}` };
}
