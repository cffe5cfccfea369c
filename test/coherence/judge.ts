import type { Runner } from './cohort.js';
import type { Read, Wait } from './protocol.js';
import type { Truth } from './truth.js';

/** After so long every reader knows what was acknowledged. */
const STALE_MS = 2000;
/** The same while a process does not hear the others: what it vouches for is a second old, and the clocks are read one after the other. */
const STALE_UNLINKED_MS = 1100;
/** So long may an operation take beyond its loader. */
const WAIT_MS = 2000;
const MOST_TOLD = 8;

/** A fault that was on from one time to another. */
export interface Trouble {
  readonly name: string;
  readonly from: number;
  to: number;
}

/** What a run has shown. */
export interface Figures {
  operations: number;
  reads: number;
  stale: number;
  late: number;
  failed: number;
  longestWaitMs: number;
  longestWaitOf: string;
  stalestMs: number;
  stalestUnlinkedMs: number;
}

/** Looks at everything that the processes report, and remembers what must not be. */
export class Judge {
  readonly figures: Figures = {
    operations: 0,
    reads: 0,
    stale: 0,
    late: 0,
    failed: 0,
    longestWaitMs: 0,
    longestWaitOf: '',
    stalestMs: 0,
    stalestUnlinkedMs: 0,
  };
  /** The first of each kind, in words. */
  readonly told: string[] = [];
  readonly troubles: Trouble[] = [];
  readonly #truth: Truth;
  readonly #counts = new Map<string, number>();

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  get violations(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  reads(reads: readonly Read[], from: Runner): void {
    for (const read of reads) this.#read(read, from);
  }

  waited({ how, endedAt, ms }: Wait, operations: number, from: Runner): void {
    this.figures.operations += operations;
    if (ms > this.figures.longestWaitMs) {
      this.figures.longestWaitMs = ms;
      this.figures.longestWaitOf = `${how}, ${this.#during(endedAt - ms, endedAt)}`;
    }
    if (ms <= WAIT_MS) return;
    this.figures.late++;
    this.violate(
      'late',
      `process ${from.at} ${how} took ${ms.toFixed(0)} ms; ${this.#during(endedAt - ms, endedAt)}`,
      from,
    );
  }

  failed(how: string, reason: string, { at, from }: { readonly at: number; readonly from: Runner }): void {
    this.figures.failed++;
    this.violate(
      `failed ${how}`,
      `process ${from.at} ${how} failed: ${reason}; ${this.#during(at, at)}`,
      from,
    );
  }

  violate(kind: string, what: string, from?: Runner): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count > MOST_TOLD) return;
    const events = from === undefined ? [] : from.events.map((line) => `    ${line}`);
    this.told.push([`${kind}: ${what}`, ...events].join('\n'));
  }

  #read({ key, version, begunAt, endedAt, how, isUnlinked }: Read, from: Runner): void {
    if (version === undefined) return;
    const { figures } = this;
    figures.reads++;
    const staleMs = this.#truth.staleness(key, version, begunAt);
    if (isUnlinked) figures.stalestUnlinkedMs = Math.max(figures.stalestUnlinkedMs, staleMs);
    else figures.stalestMs = Math.max(figures.stalestMs, staleMs);
    if (staleMs <= (isUnlinked ? STALE_UNLINKED_MS : STALE_MS)) return;
    figures.stale++;
    if (figures.stale <= MOST_TOLD) from.tell({ kind: 'trace', key });
    const when = `begun at ${begunAt.toFixed(0)}, ended at ${endedAt.toFixed(0)}`;
    const link = isUnlinked ? 'unlinked' : 'linked';
    this.violate(
      'stale',
      `process ${from.at} (${link}) ${how} ${key} answered ${version}, ${when}; newer by ${staleMs.toFixed(0)} ms: ${this.#truth.lastOf(key)}; ${this.#during(begunAt, endedAt)}`,
      from,
    );
  }

  /** What was wrong then, or last. */
  #during(from: number, to: number): string {
    const trouble = this.troubles.findLast((one) => one.from <= to);
    if (trouble === undefined) return 'nothing was wrong yet';
    if (trouble.to >= from) return `while ${trouble.name} (since ${trouble.from.toFixed(0)})`;
    return `${(from - trouble.to).toFixed(0)} ms after ${trouble.name} (${trouble.from.toFixed(0)} to ${trouble.to.toFixed(0)})`;
  }
}
