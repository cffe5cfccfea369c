import { Fences } from './fence.js';
import { MissedKeys } from './missed-keys.js';

function open() {
  const fences = new Fences();
  return { fences, missed: new MissedKeys(fences) };
}

describe('missed keys', () => {
  it('are known as long as nobody changes them, once', () => {
    const { fences, missed } = open();
    missed.note(['owl', 'wren']);
    fences.raise('wren');
    expect([
      missed.take('owl').skipsStore,
      missed.take('wren').skipsStore,
      missed.take('jay').skipsStore,
    ]).toEqual([true, false, false]);
    expect([missed.take('owl').skipsStore, fences.size]).toEqual([false, 0]);
  });

  it('hold no fence once they are forgotten, nor beyond 10,000', () => {
    const { fences, missed } = open();
    missed.note(['owl', 'owl']);
    missed.forget('owl');
    expect(fences.size).toBe(0);
    missed.note(Array.from({ length: 10_001 }, (_, index) => `key ${index}`));
    expect([fences.size, missed.take('key 0').skipsStore, missed.take('key 1').skipsStore]).toEqual([
      10_000,
      false,
      true,
    ]);
  });
});
