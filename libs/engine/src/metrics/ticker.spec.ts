import { FakeClock } from 'nuthatch/testing';
import { Ticker } from './ticker.js';

function open() {
  const clock = new FakeClock();
  const ticks: number[] = [];
  const ticker: Ticker = new Ticker(clock, 1000, () => {
    ticks.push(clock.now());
    ticker.poke();
  });
  return { clock, ticker, ticks };
}

describe('a ticker', () => {
  it('ticks once per interval, at its end, however often it is poked', () => {
    const { clock, ticker, ticks } = open();
    for (let step = 0; step < 30; step++) {
      ticker.poke();
      clock.advance(100);
    }
    expect(ticks).toEqual([1000, 2000, 3000]);
  });

  it('rests when it is not poked: its own tick is no activity', () => {
    const { clock, ticker, ticks } = open();
    ticker.poke();
    clock.advance('1h');
    expect([ticks, clock.timers]).toEqual([[1000], 0]);
  });

  it('does not tick once it is stopped', () => {
    const { clock, ticker, ticks } = open();
    ticker.poke();
    ticker.stop();
    clock.advance('1h');
    expect([ticks, clock.timers]).toEqual([[], 0]);
  });
});
