import { Fences } from './fence.js';

function open(): Fences {
  return new Fences();
}

describe('a fence', () => {
  it('holds until its key is changed', () => {
    const fences = open();
    const fence = fences.enter('owl');
    fences.raise('wren');
    expect(fence.holds()).toBe(true);
    fences.raise('owl');
    expect(fence.holds()).toBe(false);
  });

  it('falls with all others when every key may have changed', () => {
    const fences = open();
    const held = [fences.enter('owl'), fences.enter('wren')];
    fences.raiseAll();
    expect(held.map((fence) => fence.holds())).toEqual([false, false]);
    expect(fences.enter('owl').holds()).toBe(true);
  });

  it('stays fallen where its key was left and entered again meanwhile', () => {
    const fences = open();
    const first = fences.enter('owl');
    first.release();
    fences.raise('owl');
    const second = fences.enter('owl');
    expect(second.holds()).toBe(true);
    expect(first.holds()).toBe(true);
    fences.raise('owl');
    expect(second.holds()).toBe(false);
  });

  it('is apart from later fences of its key', () => {
    const fences = open();
    const first = fences.enter('owl');
    fences.raise('owl');
    const second = fences.enter('owl');
    expect([first.holds(), second.holds()]).toEqual([false, true]);
  });

  it('costs nothing once all that was entered is released, however often', () => {
    const fences = open();
    const [first, second] = [fences.enter('owl'), fences.enter('owl')];
    first.release();
    first.release();
    expect(fences.size).toBe(1);
    second.release();
    expect(fences.size).toBe(0);
  });
});
