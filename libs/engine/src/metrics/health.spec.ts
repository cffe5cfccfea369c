import { FakeClock } from 'nuthatch/testing';
import { HealthRecord } from './health.js';

function open() {
  const clock = new FakeClock();
  const record = new HealthRecord(clock);
  const errors = (pending: number): unknown[] => record.problems(pending).map(({ error }) => error);
  const kinds = (pending: number, dead?: number): unknown[] =>
    record.problems(pending, dead).map(({ kind }) => kind);
  return { clock, record, errors, kinds };
}

describe('the record of health', () => {
  it('has no problem before anything has failed', () => {
    const { record } = open();
    expect([record.problems(1), record.storeState(false)]).toEqual([[], 'up']);
  });

  it('forgets a problem of the store when the store works, and of a flush when a flush does', () => {
    const { record, errors } = open();
    record.failed('store', 'no network');
    record.failed('flush', 'disk full');
    expect(errors(1)).toEqual(['disk full', 'no network']);
    record.worked('store');
    expect(errors(1)).toEqual(['disk full']);
    record.worked('flush');
    expect(errors(1)).toEqual([]);
  });

  it('minds a failed flush only while writes wait for one', () => {
    const { record, errors } = open();
    record.failed('flush', 'disk full');
    expect([errors(1), errors(0)]).toEqual([['disk full'], []]);
  });

  it('has the problem of a tier until that is back, though single calls on the store work', () => {
    const { record, kinds } = open();
    record.failed('store', 'no answer');
    expect([kinds(0), record.storeState(false)]).toEqual([['store_failing'], 'failing']);
    record.failed('tier', 'down');
    record.worked('store');
    expect([kinds(0), record.storeState(false)]).toEqual([['store_down'], 'down']);
    record.worked('tier');
    expect([kinds(0), record.storeState(false)]).toEqual([[], 'up']);
  });

  it('names what matters most first, each with what to do', () => {
    const { record, kinds } = open();
    for (const what of ['store', 'tier', 'flush'] as const) record.failed(what, 'no answer');
    expect(kinds(3, 2)).toEqual(['flush_failing', 'store_down', 'dead_letters']);
    const advice = record.problems(3, 2).map((problem) => problem.advice);
    expect(advice[0]).toMatch(/^3 writes could not be flushed.*see whether/);
    expect(advice[1]).toMatch(/tried again by itself; see whether/);
    expect(advice[2]).toMatch(/^the store has refused 2 writes for good; look at cache\.deadLetters/);
  });

  it('counts how long from the first failure in a row, and keeps what was thrown last', () => {
    const { clock, record } = open();
    record.failed('store', 'first');
    clock.advance('2s');
    record.failed('store', 'second');
    clock.advance('1s');
    expect(record.problems(0)).toMatchObject([{ error: 'second', forMs: 3000 }]);
    record.worked('store');
    record.failed('store', 'third');
    expect(record.problems(0)).toMatchObject([{ forMs: 0 }]);
  });
});
