import fc from 'fast-check';
import {
  type Operation,
  type Row,
  type WritePolicy,
  writePolicies,
  type WritePolicyName,
} from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import { JournalDisk } from '../support/fake-journal.js';
import { type OpenedPolicy, openPolicy, row } from '../support/policies.js';

const SEED = Number(process.env['NUTHATCH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = Number(process.env['NUTHATCH_RUNS'] ?? 200);
/** For a machine that has other work to do. */
const LONGEST_MS = 30_000 + 100 * RUNS;
const KEYS = ['owl', 'wren', 'jay', 'emu'];
const NAMES = Object.keys(writePolicies) as WritePolicyName[];

const ACTS = {
  store: ['flush', 'heal', 'hold', 'release', 'retry'],
  journal: ['full', 'room', 'crash'],
  rows: ['clear', 'snapshot', 'restore', 'failToRestore'],
} as const;

type Act = (typeof ACTS)[keyof typeof ACTS][number];

type Step =
  | { readonly kind: 'set' | 'delete' | 'poison'; readonly key: string }
  | { readonly kind: 'batch'; readonly keys: readonly string[] }
  | { readonly kind: 'fail'; readonly times: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'swap'; readonly to: WritePolicyName }
  | { readonly kind: Act };

const key = fc.constantFrom(...KEYS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('set' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      keys: fc.uniqueArray(key, { minLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('poison' as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('fail' as const), times: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('swap' as const), to: fc.constantFrom(...NAMES) }) },
  ...Object.values<readonly Act[]>(ACTS)
    .flat()
    .map((kind) => ({
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant(kind) }),
    })),
);

/** A process, its successors, and what a reader may expect of all of them. */
class World {
  readonly #rows = new Map<string, Row>();
  readonly #disk = new JournalDisk();
  readonly #clock = new FakeClock();
  readonly #poison = new Set<string>();
  readonly #overflow: 'writeThrough' | 'reject';
  /** What was acknowledged last, per key. */
  readonly #truth = new Map<string, string | undefined>();
  /** Keys of which nobody can tell what is stored, since a write of them was refused: the values that they may have. */
  readonly #doubts = new Map<string, Set<string | undefined>>();
  #snapshot: readonly Row[] | undefined;
  #name: WritePolicyName = 'writeBack';
  #opened: OpenedPolicy | undefined;
  #version = 0;
  #release: (() => void) | undefined;

  constructor(overflow: 'writeThrough' | 'reject', isLazy: boolean) {
    this.#overflow = overflow;
    this.#disk.isLazy = isLazy;
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#start();
    for (const each of steps) {
      await this.#take(each);
      this.#check(JSON.stringify(each));
    }
    await this.#finish();
  }

  get #policy(): WritePolicy {
    if (this.#opened === undefined) throw new Error('no process runs');
    return this.#opened.policy;
  }

  async #start(): Promise<void> {
    const writeBack = { overflow: this.#overflow, maxPending: 3, flushCount: 2, maxAttempts: 2 };
    this.#opened = await openPolicy({
      name: this.#name,
      rows: this.#rows,
      disk: this.#disk,
      clock: this.#clock,
      writeBack,
    });
    const { store } = this.#opened;
    const apply = store.apply.bind(store);
    store.apply = (operations: readonly Operation[], how?): Promise<void> =>
      operations.some((operation) => operation.type === 'set' && this.#poison.has(operation.row.key))
        ? Promise.reject(new Error('constraint failed'))
        : apply(operations, how);
  }

  async #take(taken: Step): Promise<unknown> {
    switch (taken.kind) {
      case 'set':
        return this.#write([this.#set(taken.key)]);
      case 'delete':
        return this.#write([{ type: 'delete', key: taken.key, version: ++this.#version }]);
      case 'batch':
        return this.#write(taken.keys.map((each) => this.#set(each)));
      case 'poison':
        return void this.#poison.add(taken.key);
      case 'fail':
        return this.#opened?.store.failNext('apply', taken.times);
      case 'wait':
        await this.#clock.advanceAsync(taken.ms);
        return this.#rest();
      case 'swap':
        return this.#swap(taken.to);
      default:
        return this.#acts[taken.kind]();
    }
  }

  readonly #acts: Readonly<Record<Act, () => Promise<unknown>>> = {
    heal: () => this.#heal(),
    full: async () => (this.#disk.refusal = new Error('disk full')),
    room: async () => (this.#disk.refusal = undefined),
    hold: async () => (this.#release ??= this.#opened?.store.hold('apply')),
    release: () => this.#letGo(),
    crash: () => this.#crash(),
    clear: () => this.#clear(),
    snapshot: () => this.#takeSnapshot(),
    restore: () => this.#restore(),
    failToRestore: () => this.#failToRestore(),
    retry: async () => this.#policy.deadLetters?.retry(),
    flush: async () => this.#release ?? this.#policy.flush().catch(() => undefined),
  };

  #set(name: string): Operation {
    const version = ++this.#version;
    return { type: 'set', row: row(name, `value ${version}`, version) };
  }

  async #write(operations: readonly Operation[]): Promise<void> {
    const writing = this.#policy.onBatch(operations).then(
      () => true,
      () => false,
    );
    // A write that waits for a store that is held is let go on: nothing else may write its keys meanwhile.
    await settle();
    await this.#letGo();
    const isAcknowledged = await writing;
    for (const operation of operations) {
      const [name, value] =
        operation.type === 'set'
          ? [operation.row.key, operation.row.value.toString()]
          : [operation.key, undefined];
      if (isAcknowledged) {
        this.#truth.set(name, value);
        this.#doubts.delete(name);
      } else this.#doubt(name, value);
    }
  }

  #doubt(name: string, value: string | undefined): void {
    const doubts = this.#doubts.get(name) ?? new Set([this.#truth.get(name)]);
    this.#doubts.set(name, doubts.add(value));
  }

  async #swap(to: WritePolicyName): Promise<void> {
    if (this.#release !== undefined) return;
    const isDrained = await this.#policy.flush().then(
      () => true,
      () => false,
    );
    if (!isDrained || (this.#policy.deadLetters?.list().length ?? 0) > 0) return;
    await this.#policy.close(1000);
    this.#name = to;
    await this.#start();
  }

  /** Left-overs are taken up by a write-back policy, whichever is in charge then. */
  async #crash(): Promise<void> {
    const { store } = this.#opened ?? {};
    // What the store was doing when the process died reaches it or not; nothing comes later.
    store?.failAlways('apply');
    store?.failAlways('clear');
    await this.#letGo();
    this.#disk.crash();
    await this.#policy.close(0);
    this.#disk.refusal = undefined;
    this.#name = 'writeBack';
    await this.#start();
  }

  async #clear(): Promise<void> {
    if (this.#release !== undefined || this.#disk.isLazy) return;
    await this.#policy.discard(async () => this.#rows.clear());
    this.#truth.clear();
    this.#doubts.clear();
  }

  /** As the cache does before it touches rows behind the policy: everything is stored, and no crash brings it back. */
  async #isDrained(): Promise<boolean> {
    if (this.#release !== undefined) return false;
    const draining = this.#policy.flush().then(() => this.#policy.settled?.());
    return draining.then(
      () => true,
      () => false,
    );
  }

  async #takeSnapshot(): Promise<void> {
    if (!(await this.#isDrained())) return;
    const dead = this.#deadKeys();
    // What a snapshot has of a key in doubt is what the store has: the truth, from then on, of who restores it.
    this.#snapshot = [...this.#rows.values()];
    for (const name of KEYS)
      if (!dead.has(name)) expect(this.#opened?.seen(name)).toBe(this.#rows.get(name)?.value.toString());
  }

  async #restore(): Promise<void> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || !(await this.#isDrained())) return;
    await this.#policy.discard(async () => {
      this.#rows.clear();
      // Under versions of their own: what was written before must not count as newer.
      for (const each of snapshot) this.#rows.set(each.key, { ...each, version: ++this.#version });
    });
    this.#doubts.clear();
    for (const name of KEYS) this.#truth.set(name, this.#rows.get(name)?.value.toString());
  }

  /** Where the rows cannot be replaced, everything stays as it was, dead letters and all. */
  async #failToRestore(): Promise<void> {
    if (!(await this.#isDrained())) return;
    const dead = this.#deadKeys();
    const refused = this.#policy.discard(() => Promise.reject(new Error('disk full')));
    await expect(refused).rejects.toThrow('disk full');
    expect(this.#deadKeys()).toEqual(dead);
  }

  async #letGo(): Promise<void> {
    this.#release?.();
    this.#release = undefined;
    await this.#rest();
  }

  async #heal(): Promise<void> {
    this.#opened?.store.heal();
    this.#poison.clear();
    await this.#letGo();
  }

  async #rest(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await settle();
  }

  /** Keys whose last change is a dead letter show what the store has. */
  #check(when: string): void {
    const dead = this.#deadKeys();
    for (const name of KEYS) {
      if (dead.has(name)) continue;
      const allowed = this.#doubts.get(name) ?? new Set([this.#truth.get(name)]);
      expect({ when, name, isRight: allowed.has(this.#opened?.seen(name)) }).toEqual({
        when,
        name,
        isRight: true,
      });
    }
  }

  #deadKeys(): Set<string> {
    const dead = this.#policy.deadLetters?.list() ?? [];
    return new Set(
      dead.map(({ operation }) => (operation.type === 'set' ? operation.row.key : operation.key)),
    );
  }

  async #finish(): Promise<void> {
    await this.#heal();
    this.#disk.refusal = undefined;
    await this.#policy.deadLetters?.retry();
    await this.#policy.flush();
    this.#check('the end');
    expect([this.#policy.pendingCount, this.#policy.pendingBytes, this.#deadKeys().size]).toEqual([0, 0, 0]);
    for (const name of KEYS) {
      const allowed = this.#doubts.get(name) ?? new Set([this.#truth.get(name)]);
      expect([name, allowed.has(this.#rows.get(name)?.value.toString())]).toEqual([name, true]);
    }
    expect(await this.#policy.close(1000)).toMatchObject({ left: 0 });
    expect([this.#disk.keys(), this.#clock.timers]).toEqual([[], 0]);
  }
}

describe(`write-back against what was acknowledged, ${RUNS} programs, seed ${SEED}`, () => {
  it.each([
    ['reject', false],
    ['writeThrough', false],
    ['reject', true],
    ['writeThrough', true],
  ] as const)(
    'answers and stores it, with %s, releases lazy: %s',
    async (overflow, isLazy) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), (steps) =>
          new World(overflow, isLazy).run(steps),
        ),
        { seed: SEED, numRuns: Math.ceil(RUNS / 4) },
      );
    },
    LONGEST_MS,
  );
});
