import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  BatchCommand,
  type Cache,
  CacheError,
  ClearCommand,
  type Command,
  createCache,
  DeleteCommand,
  MapStore,
  richCodec,
  type Row,
  SetCommand,
  type WriteOptions,
  type WritePolicyName,
} from 'nuthatch/engine';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { coverOf } from '../../libs/engine/src/store/invalidation-list.js';
// Audits every table when its cache is closed.
import '../support/caches.js';

const KEYS = ['owl', 'wren', 'jay', 'emu', 'tit'];
const TAGS = ['night', 'day'];
const HISTORY_LIMIT = 5;
const RUNS = Number(process.env['NUTHATCH_RUNS'] ?? 200);
const codec = richCodec();

/** One change of one key: a value, or nothing. */
type Edit = { readonly key: string; readonly value?: number; readonly options?: WriteOptions };

type WholeAct = 'clear' | 'run clear' | 'undo' | 'redo' | 'flush' | 'look' | 'snapshot and restore';

type Act =
  | { readonly act: 'set' | 'delete' | 'batch' | 'run'; readonly edits: readonly Edit[] }
  | { readonly act: WholeAct }
  | { readonly act: 'invalidate'; readonly tags: readonly string[] }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'swap'; readonly policy: WritePolicyName };

interface Entry {
  readonly value: number;
  readonly until: number;
  readonly tags: readonly string[];
}

/** What was under each key of a command, and how often somebody else had changed that key by then. */
type Step = ReadonlyMap<string, { readonly former: Entry | undefined; readonly foreign: number }>;

type Outcome = true | false | 'undo_conflict' | 'store_failed';

/** A map, a clock and two stacks: slow, and obviously right. */
class Model {
  now = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #foreign = new Map(KEYS.map((key) => [key, 0]));
  #undos: Step[] = [];
  #redos: Step[] = [];

  living(): Map<string, Entry> {
    return new Map([...this.#entries].filter(([, { until }]) => until > this.now));
  }

  /** Somebody else's change, which counts as one also where the store refuses it: it may have been made. */
  foreign(edits: readonly Edit[], fails: boolean): Outcome {
    for (const { key } of edits) this.#foreign.set(key, this.#foreignOf(key) + 1);
    if (fails && edits.length > 0) return 'store_failed';
    for (const edit of edits) this.#put(edit.key, this.#entryOf(edit));
    return true;
  }

  run(edits: readonly Edit[], fails: boolean): Outcome {
    if (fails && edits.length > 0) return 'store_failed';
    const last = new Map(edits.map((edit) => [edit.key, this.#entryOf(edit)]));
    this.#undos.push(this.#exchange(last));
    this.#undos = this.#undos.slice(-HISTORY_LIMIT);
    this.#redos = [];
    return true;
  }

  runClear(): Outcome {
    return this.run(
      Array.from(this.living().keys(), (key) => ({ key })),
      false,
    );
  }

  undo(fails: boolean): Outcome {
    return this.#move([this.#undos, this.#redos], fails);
  }

  redo(fails: boolean): Outcome {
    return this.#move([this.#redos, this.#undos], fails);
  }

  /** What is gone is not brought back by undo or redo either. */
  invalidate(tags: readonly string[]): void {
    const remains = (entry: Entry | undefined) => !entry?.tags.some((tag) => tags.includes(tag));
    for (const [key, entry] of this.#entries) if (!remains(entry)) this.#entries.delete(key);
    const without = (step: Step): Step =>
      new Map(
        Array.from(step, ([key, was]) => [key, remains(was.former) ? was : { ...was, former: undefined }]),
      );
    this.#undos = this.#undos.map(without);
    this.#redos = this.#redos.map(without);
  }

  clear(): void {
    this.foreign(
      KEYS.map((key) => ({ key })),
      false,
    );
  }

  /** Everything as it was, and nothing to take back. */
  restore(): void {
    [this.#undos, this.#redos] = [[], []];
  }

  #move([from, to]: [Step[], Step[]], fails: boolean): Outcome {
    const step = from.at(-1);
    if (step === undefined) return false;
    if ([...step].some(([key, { foreign }]) => foreign !== this.#foreignOf(key))) {
      from.pop();
      return 'undo_conflict';
    }
    if (fails && step.size > 0) return 'store_failed';
    from.pop();
    to.push(this.#exchange(new Map(Array.from(step, ([key, { former }]) => [key, former]))));
    return true;
  }

  #exchange(changes: ReadonlyMap<string, Entry | undefined>): Step {
    const living = this.living();
    const step = Array.from(changes, ([key, entry]) => {
      this.#put(key, entry);
      return [key, { former: living.get(key), foreign: this.#foreignOf(key) }] as const;
    });
    return new Map(step);
  }

  #put(key: string, entry: Entry | undefined): void {
    if (entry === undefined) this.#entries.delete(key);
    else this.#entries.set(key, entry);
  }

  #entryOf({ value, options }: Edit): Entry | undefined {
    if (value === undefined) return undefined;
    const ttl = options?.ttl;
    return { value, until: this.now + (typeof ttl === 'number' ? ttl : Infinity), tags: options?.tags ?? [] };
  }

  #foreignOf(key: string): number {
    return this.#foreign.get(key) ?? 0;
  }
}

/** The cache under test, with what belongs to it. */
interface Real {
  readonly cache: Cache<number>;
  readonly clock: FakeClock;
  readonly store: FaultyStore | undefined;
  readonly rows: Map<string, Row>;
}

async function open(kind: WritePolicyName | 'no store'): Promise<Real> {
  const clock = new FakeClock();
  const rows = new Map<string, Row>();
  const store = kind === 'no store' ? undefined : new FaultyStore(new MapStore({}, rows));
  const cache = await createCache<number>({
    clock,
    historyLimit: HISTORY_LIMIT,
    // Without a store what is evicted is gone, and the model does not evict.
    maxItems: store === undefined ? KEYS.length : 2,
    ...(store && kind !== 'no store' && { store, writePolicy: kind, writeBack: { flushInterval: 50 } }),
  });
  return { cache, clock, store, rows };
}

function commandOf(edits: readonly Edit[]): Command<number> {
  const commands = edits.map(({ key, value, options }): Command<number> =>
    value === undefined ? new DeleteCommand(key) : new SetCommand(key, value, options),
  );
  const [only] = commands;
  return only !== undefined && commands.length === 1 ? only : new BatchCommand(commands);
}

async function outcomeOf(change: Promise<unknown>): Promise<Outcome> {
  try {
    return (await change) !== false;
  } catch (error) {
    if (!(error instanceof CacheError)) throw error;
    if (error.code !== 'undo_conflict' && error.code !== 'store_failed') throw error;
    return error.code;
  }
}

function writeAll(cache: Cache<number>, edits: readonly Edit[]): Promise<unknown> {
  return cache.batch(async (batch) => {
    for (const { key, value, options } of edits)
      if (value === undefined) await batch.delete(key);
      else await batch.set(key, value, options);
  });
}

/** Both, and whether the store refuses the next write. */
interface Game {
  readonly model: Model;
  readonly real: Real;
  readonly fails: boolean;
}

/** The same act on both, and what came of it. */
async function both(act: Act, game: Game): Promise<readonly [Outcome, Outcome]> {
  const { model, real, fails } = game;
  const { cache } = real;
  switch (act.act) {
    case 'set':
    case 'delete':
    case 'batch':
      return [await outcomeOf(writeAll(cache, act.edits)), model.foreign(act.edits, fails)];
    case 'run':
      return [await outcomeOf(cache.run(commandOf(act.edits))), model.run(act.edits, fails)];
    case 'run clear':
      return [await outcomeOf(cache.run(new ClearCommand())), model.runClear()];
    case 'undo':
      return [await outcomeOf(cache.undo()), model.undo(fails)];
    case 'redo':
      return [await outcomeOf(cache.redo()), model.redo(fails)];
    default:
      await bothWhole(act, game);
      return [true, true];
  }
}

/** What does not fail. */
async function bothWhole(act: Act, { model, real }: Game): Promise<void> {
  const { cache, clock } = real;
  if (act.act === 'flush') await cache.flush();
  if (act.act === 'swap' && real.store !== undefined) await cache.swapWritePolicy(act.policy);
  if (act.act === 'clear') {
    await cache.clear();
    model.clear();
  }
  if (act.act === 'invalidate') {
    await cache.invalidateTags(...act.tags);
    model.invalidate(act.tags);
  }
  if (act.act === 'snapshot and restore') {
    await cache.restore(await cache.snapshot());
    model.restore();
  }
  if (act.act === 'wait') {
    await clock.advanceAsync(act.ms);
    model.now += act.ms;
  }
}

async function compare({ model, real }: Pick<Game, 'model' | 'real'>): Promise<void> {
  const expected = Array.from(model.living(), ([key, { value }]) => [key, value] as const);
  same('entries', await real.cache.getMany(KEYS), new Map(expected));
}

function same(what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return;
  expect({ [what]: found }).toEqual({ [what]: expected });
}

/** A policy that answers before the store does cannot tell that it refuses. */
function canFail({ cache, store }: Real, { act }: Act): boolean {
  return store !== undefined && cache.info().writePolicy !== 'writeBack' && CAN_FAIL.has(act);
}

async function play(kind: WritePolicyName | 'no store', program: readonly Play[]): Promise<void> {
  const real = await open(kind);
  const model = new Model();
  for (const { act, refused } of program) {
    const fails = refused && canFail(real, act);
    if (fails) real.store?.failNext('apply');
    const [found, expected] = await both(act, { model, real, fails });
    real.store?.heal();
    same(act.act, found, expected);
    if (LOOKED_AFTER.has(act.act)) await compare({ model, real });
  }
  await compare({ model, real });
  same('left', (await real.cache.close()).left, 0);
  same('timers', real.clock.timers, 0);
  if (kind !== 'no store') same('rows', await stored(real), model.living());
}

/** What the store has and does not hide, as the model tells it: with the lives and the tags that it has. */
async function stored({ rows, store, clock }: Real): Promise<Map<string, Entry>> {
  const offset = clock.wallNow() - clock.now();
  // What was pending when it was invalidated is stored, and hidden.
  const covers = ((await store?.invalidations()) ?? []).map(coverOf);
  const living = [...rows.values()].filter(
    (row) => (row.expiresAt ?? Infinity) > clock.wallNow() && !covers.some((covered) => covered(row)),
  );
  return new Map(
    living.map(({ key, value, expiresAt, tags }) => {
      const until = expiresAt === undefined ? Infinity : expiresAt - offset;
      // What this cache stores was encoded from a number.
      return [key, { value: codec.decode(value) as number, until, tags }];
    }),
  );
}

interface Play {
  readonly act: Act;
  /** Whether the store refuses the next write. */
  readonly refused: boolean;
}

/** Not after every act, since looking is reading: what nobody reads is not in memory. */
const LOOKED_AFTER: ReadonlySet<Act['act']> = new Set(['undo', 'redo', 'look']);
const CAN_FAIL: ReadonlySet<Act['act']> = new Set(['set', 'delete', 'batch', 'run', 'undo', 'redo']);
const key = fc.constantFrom(...KEYS);
const setting = fc.record({
  key,
  value: fc.nat(99),
  options: fc.record({ ttl: fc.constantFrom(Infinity, 10, 100), tags: fc.subarray(TAGS) }),
});
const deletion = fc.record({ key });
const edits = fc.array(fc.oneof(setting, deletion), { maxLength: 5 });
const whole = (...acts: WholeAct[]) => fc.constantFrom(...acts).map((act) => ({ act }));

const act: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: setting.map((edit) => ({ act: 'set' as const, edits: [edit] })), weight: 4 },
  { arbitrary: deletion.map((edit) => ({ act: 'delete' as const, edits: [edit] })), weight: 1 },
  { arbitrary: edits.map((edits) => ({ act: 'batch' as const, edits })), weight: 1 },
  { arbitrary: setting.map((edit) => ({ act: 'run' as const, edits: [edit] })), weight: 4 },
  { arbitrary: edits.map((edits) => ({ act: 'run' as const, edits })), weight: 4 },
  { arbitrary: whole('undo'), weight: 9 },
  { arbitrary: whole('redo'), weight: 6 },
  { arbitrary: whole('run clear', 'look'), weight: 2 },
  { arbitrary: whole('clear', 'flush', 'snapshot and restore'), weight: 1 },
  {
    arbitrary: fc.subarray(TAGS, { minLength: 1 }).map((tags) => ({ act: 'invalidate' as const, tags })),
    weight: 1,
  },
  { arbitrary: fc.constantFrom(1, 9, 60, 200).map((ms) => ({ act: 'wait' as const, ms })), weight: 3 },
  {
    arbitrary: fc
      .constantFrom<WritePolicyName>('writeThrough', 'writeBack', 'writeAround')
      .map((policy) => ({ act: 'swap' as const, policy })),
    weight: 1,
  },
);
const program = fc.array(fc.record({ act, refused: fc.nat(9).map((n) => n === 0) }), {
  maxLength: 50,
  size: 'max',
});

describe.each(['no store', 'writeThrough', 'writeBack', 'writeAround'] as const)(
  'commands over a cache with %s',
  (kind) => {
    it(`do what a map and two stacks do, in ${RUNS} programs`, async () => {
      // A counterexample is printed with its seed and path.
      await fc.assert(
        fc.asyncProperty(program, (acts) => play(kind, acts)),
        { numRuns: RUNS },
      );
    }, 600_000);
  },
);
