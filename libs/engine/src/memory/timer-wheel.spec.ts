import fc from 'fast-check';
import { TimerWheel } from './timer-wheel.js';

const SLOTS = 24;

/** A wheel and what it is held to: a map of deadlines, searched from end to end. */
class Watch {
  readonly #tickMs: number;
  readonly #deadlines = new Map<number, number>();
  /** Until when each slot must have been visited: the first tick that is not before its deadline, nor before the next tick. */
  readonly #limits = new Map<number, number>();
  readonly #looks = new Map<number, number>();
  readonly wheel: TimerWheel;
  now = 0;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
    this.wheel = new TimerWheel(tickMs, (slot) => this.#look(slot));
  }

  put(slot: number, lifeMs: number): void {
    const deadline = this.now + lifeMs;
    this.#deadlines.set(slot, deadline);
    this.#looks.set(slot, 0);
    if (lifeMs === Infinity) return void this.#limits.delete(slot);
    const nextTick = Math.floor(this.now / this.#tickMs) + 1;
    this.#limits.set(slot, Math.max(nextTick, Math.ceil(deadline / this.#tickMs)) * this.#tickMs);
    this.wheel.startAt(this.now);
    if (!this.wheel.looksInTime(slot, deadline)) this.wheel.schedule(slot, deadline);
  }

  drop(slot: number): void {
    this.#deadlines.delete(slot);
    this.#limits.delete(slot);
  }

  clear(): void {
    this.#deadlines.clear();
    this.#limits.clear();
    this.wheel.clear();
  }

  /** Lets time pass as a timer would that always rings when it should. */
  pass(ms: number, budget: number): void {
    const until = this.now + ms;
    while (this.wheel.nextAt <= until) {
      this.now = Math.max(this.now, this.wheel.nextAt);
      this.#advance(budget);
    }
    this.jump(until - this.now, budget);
  }

  /** Lets time pass unnoticed. */
  jump(ms: number, budget: number): void {
    this.now += ms;
    this.#advance(budget);
  }

  audit(): void {
    const mortal = [...this.#deadlines].filter(([, deadline]) => deadline !== Infinity);
    const looks = new Map(this.#looks);
    this.wheel.audit(mortal.map(([slot]) => slot));
    for (const [slot, count] of looks) {
      expect(count).toBeLessThanOrEqual(this.#mostLooks);
      this.#looks.set(slot, count);
    }
    const overdue = [...this.#limits].filter(([, limit]) => limit <= this.now);
    expect({ now: this.now, overdue }).toEqual({ now: this.now, overdue: [] });
    expect(this.wheel.nextAt).toBeGreaterThan(this.now);
    expect(this.wheel.nextAt).toBeLessThanOrEqual(Math.min(Infinity, ...this.#limits.values()));
  }

  /** Once a level, once for the life before, and once for each turn of the whole wheel. */
  get #mostLooks(): number {
    return 7 + this.now / this.#tickMs / 64 ** 5;
  }

  #advance(budget: number): void {
    let slices = 0;
    while (this.wheel.advance(this.now, budget, (slot) => this.#visit(slot)))
      if (++slices > SLOTS) throw new Error('the wheel has more to look at than slots');
  }

  #visit(slot: number): void {
    expect(this.#deadlines.get(slot)).toBeLessThanOrEqual(this.now);
    this.drop(slot);
  }

  #look(slot: number): number {
    this.#looks.set(slot, (this.#looks.get(slot) ?? 0) + 1);
    return this.#deadlines.get(slot) ?? Infinity;
  }
}

/** A step, readable in the report of a failure. */
interface Step {
  readonly run: (watch: Watch) => void;
  toString(): string;
}

function step(does: string, run: (watch: Watch) => void): Step {
  return { run, toString: () => does };
}

/** Lengths of every level of a wheel, and beyond them. */
const length = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.constantFrom(0.25, 1, 100, 64 ** 2, 64 ** 3, 64 ** 4, 64 ** 5))
  .map(([count, unit]) => count * unit);
const slot = fc.nat(SLOTS - 1);
const budget = fc.constantFrom(1, 3, 2048);
const life = fc.oneof(
  { arbitrary: length, weight: 8 },
  { arbitrary: fc.constantFrom(0, -500, Infinity, 1e300), weight: 1 },
);

const steps = fc.oneof(
  {
    arbitrary: fc
      .tuple(slot, life)
      .map(([at, ms]) => step(`put ${at} for ${ms}`, (watch) => watch.put(at, ms))),
    weight: 10,
  },
  { arbitrary: slot.map((at) => step(`drop ${at}`, (watch) => watch.drop(at))), weight: 2 },
  {
    arbitrary: fc
      .tuple(length, budget)
      .map(([ms, most]) => step(`pass ${ms} by ${most}`, (watch) => watch.pass(ms, most))),
    weight: 5,
  },
  {
    arbitrary: fc
      .tuple(length, budget)
      .map(([ms, most]) => step(`jump ${ms} by ${most}`, (watch) => watch.jump(ms, most))),
    weight: 3,
  },
  { arbitrary: fc.constant(step('clear', (watch) => watch.clear())), weight: 1 },
);

/** A wheel of ticks of a second, and the slots that it visits. */
function open(deadlines: number[] = []) {
  const visited: number[] = [];
  const looks: number[] = [];
  const wheel = new TimerWheel(1000, (at) => {
    looks.push(at);
    return deadlines[at] ?? Infinity;
  });
  deadlines.forEach((deadline, at) => wheel.schedule(at, deadline));
  const advance = (now: number, most = 2048) => wheel.advance(now, most, (at) => visited.push(at));
  return { wheel, visited, looks, advance };
}

describe('TimerWheel', () => {
  it.each([1, 7, 1000])(
    'visits what has ended, never early and within a tick of %d ms, whatever is done to it',
    (tickMs) => {
      fc.assert(
        fc.property(fc.array(steps, { maxLength: 80 }), (list) => {
          const watch = new Watch(tickMs);
          for (const each of list) {
            each.run(watch);
            watch.audit();
          }
        }),
        { numRuns: 300 },
      );
    },
  );

  it('keeps to ticks that are no exact fractions', () => {
    const { wheel } = open();
    const tenths = new TimerWheel(0.1, () => Infinity);
    for (let at = 0; at < 2000; at++) {
      const when = tenths.schedule(at, at * 0.1);
      expect(when).toBeGreaterThanOrEqual(at * 0.1 - 1e-9);
      tenths.advance(tenths.nextAt, 10, () => undefined);
    }
    expect([tenths.size, tenths.nextAt, wheel.nextAt]).toEqual([0, Infinity, Infinity]);
  });

  it('says when it has to be looked at next: at a tick of its own, or where a coarser bucket begins', () => {
    expect(open([1500]).wheel.nextAt).toBe(2000);
    expect(open([3_000_000]).wheel.nextAt).toBe(2_944_000);
    expect(open([1e300]).wheel.nextAt).toBe(64 ** 5 * 1000);
    expect(open([3_000_000, 1500]).wheel.nextAt).toBe(2000);
  });

  it('looks at no more slots at once than it may, in order, and then has more to do', () => {
    const { wheel, visited, advance } = open([100, 200, 300, 400, 500]);
    expect([advance(1000, 2), visited, wheel.nextAt]).toEqual([true, [0, 1], -Infinity]);
    expect([advance(1000, 2), visited.length]).toEqual([true, 4]);
    expect([advance(1000, 2), visited, wheel.nextAt]).toEqual([false, [0, 1, 2, 3, 4], Infinity]);
  });

  it('leaves a slot alone whose deadline moves away, and looks again when its bucket falls due', () => {
    const deadlines = [5000];
    const { wheel, visited, looks, advance } = open(deadlines);
    deadlines[0] = 9000;
    expect([wheel.looksInTime(0, 9000), wheel.nextAt]).toEqual([true, 5000]);
    advance(8999);
    expect([visited, looks, wheel.nextAt]).toEqual([[], [0], 9000]);
    advance(9000);
    expect(visited).toEqual([0]);
  });

  it('need not look at a slot before the tick in which it ends', () => {
    const { wheel } = open([4500]);
    const deadlines = [3999, 4000, 4001, 5000, 1e9];
    expect(deadlines.map((deadline) => wheel.looksInTime(0, deadline))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it('moves a slot whose deadline comes nearer', () => {
    const deadlines = [3_000_000];
    const { wheel, visited, advance } = open(deadlines);
    deadlines[0] = 1500;
    expect([wheel.looksInTime(0, 1500), wheel.schedule(0, 1500), wheel.size]).toEqual([false, 2000, 1]);
    advance(2000);
    expect([visited, wheel.size]).toEqual([[0], 0]);
  });

  it('forgets a slot that holds nothing any more', () => {
    const deadlines = [1500];
    const { wheel, visited, advance } = open(deadlines);
    deadlines[0] = Infinity;
    advance(2000);
    expect([visited, wheel.size, wheel.nextAt]).toEqual([[], 0, Infinity]);
  });

  it('lets a visit schedule again, also the slot that it visits, without visiting it at once', () => {
    const wheel = new TimerWheel(1000, () => 500);
    const visited: number[] = [];
    wheel.schedule(0, 500);
    const again = (at: number) => {
      visited.push(at);
      wheel.schedule(at, 500);
      wheel.schedule(at + 1, 500);
    };
    expect(wheel.advance(1000, 100, again)).toBe(false);
    expect([visited, wheel.nextAt]).toEqual([[0], 2000]);
  });

  it('lets a visit clear it', () => {
    const { wheel } = open([1, 2, 3]);
    expect(wheel.advance(1000, 100, () => wheel.clear())).toBe(false);
    expect([wheel.size, wheel.nextAt]).toEqual([0, Infinity]);
    wheel.audit([]);
  });

  it('gets over ten years of sleep as over a second', () => {
    const entries = 10_000;
    const { visited, looks, advance } = open(Array.from({ length: entries }, (_, at) => (at + 1) * 10_000));
    advance(10 * 365 * 86_400_000, Infinity);
    expect([visited.length, looks.length]).toEqual([entries, entries]);
  });

  it('does not count the time that passes while it is empty', () => {
    const { wheel } = open();
    wheel.startAt(86_400_000);
    expect(wheel.schedule(0, 86_400_000 + 1500)).toBe(86_402_000);
  });

  it('fails its audit where a slot would be looked at too late, or is missing', () => {
    const deadlines = [3_000_000];
    const { wheel } = open(deadlines);
    expect(() => wheel.audit([0])).not.toThrow();
    deadlines[0] = 5000;
    expect(() => wheel.audit([0])).toThrow('slot 0 is not looked at in time for 5000');
    expect(() => open([]).wheel.audit([3])).toThrow('slot 3 is not looked at in time');
  });
});
