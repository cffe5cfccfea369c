import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { FakeClock } from 'nuthatch/testing';
import { RareWarnings } from './rare-warnings.js';

function open() {
  const lines: unknown[] = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(line));
  const clock = new FakeClock();
  const warnings = new RareWarnings(clock);
  return { lines, clock, warnings };
}

afterEach(() => jest.restoreAllMocks());

describe('RareWarnings', () => {
  it('says the same of the same method once a minute, and how often it was not said', () => {
    const { lines, clock, warnings } = open();
    for (let call = 0; call < 5; call++) warnings.warn('Users.find', 'failed', new Error('no key'));
    clock.advance('59s');
    warnings.warn('Users.find', 'failed', new Error('no key'));
    expect(lines).toEqual(['Users.find: failed: no key']);
    clock.advance('1s');
    for (let call = 0; call < 2; call++) warnings.warn('Users.find', 'failed', new Error('no prefix'));
    expect(lines).toEqual([
      'Users.find: failed: no key',
      'Users.find: failed: no prefix (5 more since the last line)',
    ]);
    clock.advance('1m');
    warnings.warn('Users.find', 'failed', 'gone');
    expect(lines.at(-1)).toBe('Users.find: failed: gone (1 more since the last line)');
  });

  it('says what is new at once', () => {
    const { lines, warnings } = open();
    warnings.warn('Users.find', 'failed', new Error('no key'));
    warnings.warn('Users.save', 'failed', new Error('no key'));
    warnings.warn('Users.find', 'was late', new Error('no key'));
    expect(lines).toHaveLength(3);
  });

  it('says what caused an error, and names the method once', () => {
    const { lines, warnings } = open();
    const cause = new TypeError('id of undefined');
    warnings.warn('Users.find', 'failed', new Error('Users.find: it threw', { cause }));
    expect(lines).toEqual(['Users.find: failed: it threw: id of undefined']);
  });
});
