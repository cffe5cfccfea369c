import { HealthRecord } from './health.js';

function open(): HealthRecord {
  return new HealthRecord();
}

describe('the record of health', () => {
  it('has no problem before anything has failed', () => {
    expect(open().problem(1)).toBeUndefined();
  });

  it('forgets a problem of the store when the store works, and of a flush when a flush does', () => {
    const record = open();
    record.failed('store', 'no network');
    record.failed('flush', 'disk full');
    record.worked('store');
    expect(record.problem(1)).toBe('disk full');
    record.worked('flush');
    expect(record.problem(1)).toBeUndefined();
  });

  it('minds a failed flush only while writes wait for one', () => {
    const record = open();
    record.failed('flush', 'disk full');
    expect([record.problem(1), record.problem(0)]).toEqual(['disk full', undefined]);
  });

  it('has the problem of a tier until that is back, though single calls on the store work', () => {
    const record = open();
    record.failed('store', 'no answer');
    record.failed('tier', 'down');
    record.worked('store');
    expect(record.problem(0)).toBe('down');
    record.worked('tier');
    expect(record.problem(0)).toBeUndefined();
  });
});
