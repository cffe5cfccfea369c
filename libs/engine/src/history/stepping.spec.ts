import type { Entries } from '../kernel/entries.js';
import { Fences } from '../load/fence.js';
import { DeleteCommand } from './commands.js';
import type { Step } from './step.js';
import { Stepping } from './stepping.js';
import { Steps } from './steps.js';

/** Entries that are all absent, and a store that refuses when it is told to. */
function open() {
  const fences = new Fences();
  const mood = { refuses: false };
  const entries: Entries<unknown> = {
    exchange: async (_keys, { decide, settled }) => {
      decide(new Map());
      settled();
      if (mood.refuses) throw new Error('refused');
    },
    prepare: () => {
      throw new Error('nothing is set');
    },
    handOut: (value) => value,
  };
  const stepping = new Stepping<unknown>({
    entries,
    fencing: fences,
    clear: async () => undefined,
    weigh: () => 10,
    maxBytes: 100,
  });
  return { fences, mood, stepping };
}

function step(bytes: number): Step & { readonly forgotten: () => number } {
  let forgotten = 0;
  const own: Step = { name: 'own', keys: [], bytes, run: async () => own, forget: () => void forgotten++ };
  return { ...own, forgotten: () => forgotten };
}

describe('running commands', () => {
  it('watches a key as long as a step wants to know of it, and no longer', async () => {
    const { fences, mood, stepping } = open();
    mood.refuses = true;
    for (let n = 0; n < 10; n++)
      await expect(stepping.run(new DeleteCommand(`bird:${n}`))).rejects.toThrow('refused');
    expect(fences.size).toBe(0);
    mood.refuses = false;
    const done = await stepping.run(new DeleteCommand('owl'));
    const undone = await done.run();
    done.forget();
    expect(fences.size).toBe(1);
    fences.raise('owl');
    await expect(undone.run()).rejects.toMatchObject({ code: 'undo_conflict' });
    undone.forget();
    expect(fences.size).toBe(0);
  });
});

describe('steps', () => {
  it('beyond the bounds are forgotten from the far ends, each once', () => {
    const steps = new Steps({ limit: 3, maxBytes: 100 });
    const all = [step(10), step(20), step(30), step(40)];
    for (const one of all) steps.done(one);
    expect([steps.undoable.length, steps.bytes, all.map((one) => one.forgotten())]).toEqual([
      3,
      90,
      [1, 0, 0, 0],
    ]);
    const [inverse, further] = [step(60), step(101)];
    steps.undone(steps.undoable[2] as Step, inverse);
    expect([steps.undoable.length, steps.redoable.length, steps.bytes]).toEqual([1, 1, 90]);
    steps.undone(steps.undoable[0] as Step, further);
    expect([steps.undoable.length, steps.redoable.length, steps.bytes]).toEqual([0, 0, 0]);
    expect([...all, inverse, further].map((one) => one.forgotten())).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('that were cleared while one of them ran stay cleared', () => {
    const steps = new Steps({ limit: 3, maxBytes: 100 });
    const [running, inverse] = [step(10), step(10)];
    steps.done(running);
    steps.clear();
    steps.undone(running, inverse);
    steps.discard(running);
    expect([steps.redoable.length, steps.bytes, running.forgotten(), inverse.forgotten()]).toEqual([
      0, 0, 1, 1,
    ]);
  });
});
