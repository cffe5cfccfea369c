import { Chooser } from './chooser.js';

const FIRST = 0b01;
const SECOND = 0b10;

function observe(chooser: Chooser, times: number, hits: number): void {
  for (let at = 0; at < times; at++) chooser.observe(hits);
}

describe('Chooser', () => {
  it('begins with the first candidate', () => {
    expect(new Chooser(2, 100).best).toBe(0);
  });

  it('moves once a candidate is three quarters of the capacity ahead, and not before', () => {
    const chooser = new Chooser(2, 100);
    observe(chooser, 75, SECOND);
    expect(chooser.best).toBe(0);
    observe(chooser, 1, SECOND);
    expect(chooser.best).toBe(1);
  });

  it('is not impressed by how good the one in charge was before', () => {
    const chooser = new Chooser(2, 100);
    observe(chooser, 10_000, FIRST);
    observe(chooser, 76, SECOND);
    expect(chooser.best).toBe(1);
  });

  it('stays where two take turns of less than that', () => {
    const chooser = new Chooser(2, 100);
    for (let turn = 0; turn < 100; turn++) observe(chooser, 70, turn % 2 === 0 ? SECOND : FIRST);
    expect(chooser.best).toBe(0);
  });

  it('takes nobody for better who answers the same requests', () => {
    const chooser = new Chooser(2, 100);
    observe(chooser, 10_000, FIRST | SECOND);
    expect(chooser.best).toBe(0);
  });

  it('wants 32 hits of lead in a cache however small', () => {
    const chooser = new Chooser(2, 1);
    observe(chooser, 32, SECOND);
    expect(chooser.best).toBe(0);
    observe(chooser, 1, SECOND);
    expect(chooser.best).toBe(1);
  });

  it('wants twice the lead of whom it has put in charge before, and forgives it in time', () => {
    const chooser = new Chooser(2, 100);
    observe(chooser, 76, SECOND);
    observe(chooser, 76, FIRST);
    expect(chooser.best).toBe(0);
    observe(chooser, 76, SECOND);
    expect(chooser.best).toBe(0);
    observe(chooser, 80, SECOND);
    expect(chooser.best).toBe(1);
    observe(chooser, 100_000, FIRST | SECOND);
    observe(chooser, 76, FIRST);
    expect(chooser.best).toBe(0);
  });

  it('wants a new lead after it was told to stay', () => {
    const chooser = new Chooser(2, 100);
    observe(chooser, 76, SECOND);
    chooser.retain(0);
    observe(chooser, 75, SECOND);
    expect(chooser.best).toBe(0);
    observe(chooser, 75, SECOND);
    expect(chooser.best).toBe(1);
  });

  it('estimates by the mean at first, then forgets half in eight capacities', () => {
    const chooser = new Chooser(2, 100);
    observe(chooser, 10, FIRST);
    observe(chooser, 10, SECOND);
    expect(chooser.estimate(0)).toBeCloseTo(0.5, 6);
    observe(chooser, 5000, FIRST | SECOND);
    observe(chooser, 800, SECOND);
    expect(chooser.estimate(0)).toBeCloseTo(0.5, 2);
    expect(chooser.estimate(1)).toBeCloseTo(1, 2);
  });
});
