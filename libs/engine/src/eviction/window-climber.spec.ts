import { WindowClimber } from './window-climber.js';

/** Turns away so many keys that are not asked for again. */
function turnAway(climber: WindowClimber, count: number): void {
  for (let key = 0; key < count; key++) climber.turnedAway(1_000_000 + key);
}

/** A key is turned away and comes back, so many times. */
function regret(climber: WindowClimber, times: number): void {
  for (let key = 0; key < times; key++) {
    climber.turnedAway(key);
    climber.came(key);
  }
}

describe('WindowClimber', () => {
  let climber: WindowClimber;
  beforeEach(() => (climber = new WindowClimber(1000)));
  afterEach(() => climber.audit('climber'));

  it('begins with a window of one in a hundred', () => {
    expect([1000, 250, 20, 1].map((capacity) => new WindowClimber(capacity).window)).toEqual([10, 3, 1, 1]);
  });

  it('widens the window where keys come back that it turned away', () => {
    regret(climber, 100);
    expect(climber.window).toBe(60);
  });

  it('counts a return once', () => {
    climber.turnedAway(1);
    expect([climber.came(1), climber.came(1)]).toEqual([true, false]);
  });

  it('takes no return to heart that even a window wider by its reach would have missed', () => {
    climber.turnedAway(1);
    turnAway(climber, climber.reach - 1);
    climber.turnedAway(2);
    turnAway(climber, climber.reach);
    expect([climber.came(1), climber.came(2), climber.came(3)]).toEqual([false, false, false]);
    climber.turnedAway(4);
    turnAway(climber, climber.reach - 1);
    expect(climber.came(4)).toBe(true);
  });

  it('narrows the window where the tail of the main part is used', () => {
    regret(climber, 100);
    for (let use = 0; use < 50; use++) climber.tailUsed();
    expect(climber.window).toBe(35);
    for (let use = 0; use < 500; use++) climber.tailUsed();
    expect(climber.window).toBe(1);
  });

  it('leaves a twentieth to the main part, so that it can show its worth', () => {
    regret(climber, 5000);
    expect(climber.window).toBe(950);
    const small = new WindowClimber(10);
    regret(small, 100);
    expect(small.window).toBe(9);
  });

  it('keeps the share of its window when the capacity changes', () => {
    regret(climber, 150);
    climber.resize(10_000);
    expect([climber.window, climber.reach]).toEqual([850, 625]);
    climber.resize(1);
    expect([climber.window, climber.reach]).toEqual([1, 1]);
  });
});
