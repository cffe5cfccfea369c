import { createCache, seededRandom } from 'nuthatch/engine';
import { type Caller, type Errand, errands, OPTIONS } from './errands.js';
import { HeapWatch } from './heap-watch.js';
import { TroubledStore } from './troubled-store.js';
import { pause, type Troubles } from './troubles.js';

/** How long, with what chance, by how many. */
export interface LoadsPlan {
  readonly durationMs: number;
  readonly seed: number;
  readonly callers: number;
  readonly hangMs: number;
}

/** What was seen. */
export interface LoadsReport {
  readonly calls: number;
  /** Calls that have ended with an error, by its code or message. */
  readonly errors: ReadonlyMap<string, number>;
  /** By how much a call took longer than a timer of the length of its deadline, at most. */
  readonly longestOverMs: number;
  /** Which call that was; `''` where none did. */
  readonly slowest: string;
  /** How late the event loop was at most. */
  readonly loopLagMs: number;
  readonly heapGrowthBytes: number;
  readonly unhandled: readonly unknown[];
}

/** The kinds of errors that nobody should get here. */
export function faultsOf({ errors }: Pick<LoadsReport, 'errors'>): string[] {
  return [...errors.keys()].filter((kind) => !EXPECTED.has(kind));
}

/** What may become of a call here; anything else is a fault. */
const EXPECTED: ReadonlySet<string> = new Set([
  'Error: refused',
  'Error: nobody there',
  'TimeoutError: The operation was aborted due to timeout',
  'load_timeout',
  'store_down',
  'store_failed',
  'store_timeout',
]);

/** How long after its turn a caller comes again at most. */
const LONGEST_REST_MS = 20;

/** Lets callers use a cache whose store and loaders hang, fail and are late, in real time, and looks how long each has to wait. */
export async function soakLoads(plan: LoadsPlan): Promise<LoadsReport> {
  const random = seededRandom(plan.seed);
  const unhandled: unknown[] = [];
  const listen = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listen);
  const troubles: Troubles = { random, hangMs: plan.hangMs };
  const cache = await createCache<number>({ ...OPTIONS, store: new TroubledStore(troubles), random });
  const heap = new HeapWatch(plan.durationMs);
  const ledger = new Ledger();
  const until = performance.now() + plan.durationMs;
  const callers = Array.from({ length: plan.callers }, (_, index) =>
    keepCalling({ cache, random, troubles, own: `own:${index}` }, ledger, until),
  );
  await Promise.all(callers);
  await cache.close(plan.hangMs);
  // What hangs in the background fails in the end.
  await pause(2 * plan.hangMs);
  process.off('unhandledRejection', listen);
  return { ...ledger.sum, ...heap.stop(), unhandled };
}

async function keepCalling(caller: Caller, ledger: Ledger, until: number): Promise<void> {
  const names = Object.keys(errands);
  while (performance.now() < until) {
    const name = names[Math.floor(caller.random.next() * names.length)] as string;
    await ledger.time(name, errands[name] as Errand, caller);
    await pause(caller.random.next() * LONGEST_REST_MS);
  }
}

class Ledger {
  #calls = 0;
  #longestOverMs = 0;
  #slowest = '';
  readonly #errors = new Map<string, number>();

  get sum() {
    const [longestOverMs, slowest] = [this.#longestOverMs, this.#slowest];
    return { calls: this.#calls, errors: this.#errors, longestOverMs, slowest };
  }

  async time(name: string, { deadlineMs, run }: Errand, caller: Caller): Promise<void> {
    // A timer of the same length: where the machine has no time for either, that is not the cache's doing.
    let dueAt = Infinity;
    const timer = setTimeout(() => (dueAt = performance.now()), deadlineMs);
    try {
      await run(caller);
    } catch (error) {
      const kind = kindOf(error);
      this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
    }
    clearTimeout(timer);
    this.#calls++;
    const overMs = Math.max(0, performance.now() - dueAt);
    if (overMs > this.#longestOverMs) [this.#longestOverMs, this.#slowest] = [overMs, name];
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : `${error.name}: ${error.message}`;
}
