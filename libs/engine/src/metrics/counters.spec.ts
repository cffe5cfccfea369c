import { Counters } from './counters.js';

function open(isTimed = true): Counters {
  return new Counters(isTimed);
}

describe('counters', () => {
  it('of two caches are apart', () => {
    const [first, second] = [open(), open()];
    first.counts.hits++;
    expect([first.counts.hits, second.counts.hits]).toEqual([1, 0]);
  });

  it('keep durations only where they are asked to', () => {
    const [timed, untimed] = [open(), open(false)];
    for (const counters of [timed, untimed]) counters.time('load', 5);
    expect([timed.latencies().load.count, untimed.latencies().load.count]).toEqual([1, 0]);
  });

  it('of the user count by one or by more, each for itself', () => {
    const counters = open();
    const [owls, wrens] = [counters.addCounter('owls'), counters.addCounter('wrens')];
    owls.add();
    owls.add(4);
    expect([owls.value, wrens.value, counters.custom()]).toEqual([5, 0, { owls: 5, wrens: 0 }]);
  });

  it('of the user may have any name, __proto__ too', () => {
    const counters = open();
    counters.addCounter('__proto__').add(3);
    expect(Object.entries(counters.custom())).toEqual([['__proto__', 3]]);
  });
});
