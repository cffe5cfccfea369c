import { Ledger, type State } from './ledger.js';

const KEY = 'owl';

function found(state: State): Map<string, State> {
  return new Map(state === undefined ? [] : [[KEY, state]]);
}

/** A writer that has acknowledged its first three writes, and died. */
function afterThree(): Ledger {
  const ledger = new Ledger([KEY]);
  for (const number of [1, 2, 3]) ledger.acknowledge(KEY, number);
  return ledger;
}

describe('the ledger of a crash', () => {
  it.each([3, 4])('allows the last acknowledged write, and the one after it: %i', (state) => {
    expect(afterThree().judge(found(state), found(state))).toEqual({
      acknowledged: 3,
      recovered: 0,
      lost: [],
      phantoms: [],
    });
  });

  it('counts what was not in the store and is now as recovered', () => {
    expect(afterThree().judge(found(1), found(3)).recovered).toBe(1);
  });

  it.each([1, 2, undefined])('sees an older state as lost: %s', (state) => {
    const { lost, phantoms } = afterThree().judge(found(3), found(state));
    expect([lost.length, phantoms.length]).toEqual([1, 0]);
  });

  it('sees what nobody wrote', () => {
    expect(afterThree().judge(found(3), found(9)).phantoms).toHaveLength(1);
  });

  it('knows that one write in seven deletes', () => {
    const ledger = new Ledger([KEY]);
    for (let number = 1; number <= 7; number++) ledger.acknowledge(KEY, number);
    expect(ledger.judge(found(6), found(undefined)).lost).toEqual([]);
  });

  it('goes on from what was found: numbers that may have been written are not used again', () => {
    const ledger = afterThree();
    ledger.judge(found(4), found(4));
    expect(ledger.first).toEqual({ [KEY]: 5 });
    expect(ledger.judge(found(4), found(4)).lost).toEqual([]);
    expect(ledger.judge(found(4), found(3)).phantoms).toHaveLength(1);
  });
});
