import { CacheError } from 'nuthatch/engine';
import { sqlite, sqliteJournal, type SqliteOptions } from './index.js';
import { resolveOptions } from './options.js';

it('gives every option its default', () => {
  expect(resolveOptions({ file: 'cache.db' })).toEqual({
    file: 'cache.db',
    role: 'cache',
    limits: { maxRows: Infinity, maxBytes: Infinity },
    busyTimeoutMs: 5000,
    synchronous: 'normal',
    client: expect.any(Function) as unknown,
  });
});

it('reads sizes with their unit', () => {
  expect(resolveOptions({ file: 'cache.db', maxBytes: '1kb' }).limits.maxBytes).toBe(1024);
});

it.each<[string, Partial<Record<keyof SqliteOptions, unknown>>]>([
  ['file', { file: '' }],
  ['file', { file: undefined }],
  ['file', { file: 'a\0b' }],
  ['file', { file: 'cache.db ' }],
  ['role', { role: 'owner' }],
  ['synchronous', { synchronous: 'off' }],
  ['maxRows', { maxRows: 0 }],
  ['maxRows', { maxRows: 1.5 }],
  ['maxRows', { maxRows: NaN }],
  ['maxBytes', { maxBytes: '1 owl' }],
  ['busyTimeoutMs', { busyTimeoutMs: -1 }],
  ['busyTimeoutMs', { busyTimeoutMs: NaN }],
  ['maxRows and maxBytes', { role: 'record', maxRows: 5 }],
  ['maxRows and maxBytes', { role: 'record', maxBytes: 5 }],
])('names %s where it cannot be %j', (option, wrong) => {
  const error = errorOf({ file: 'cache.db', ...wrong });
  expect(error).toMatchObject({
    code: 'bad_option',
    message: expect.stringMatching(`^${option} must be`) as string,
  });
});

it('tells everything that is wrong in one go', () => {
  const { message } = errorOf({ file: '', maxRows: -1, busyTimeoutMs: '5s' });
  expect(message.split('\n')).toEqual([
    `- file must be a path without NUL or white space at its end, or ':memory:', got ""`,
    '- maxRows must be a positive integer, got -1',
    '- busyTimeoutMs must be a number of milliseconds, got "5s"',
  ]);
});

it.each([
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a path alone', 'cache.db', 'string'],
])('shows how it is called where it is given %s', (_case, given, found) => {
  const refused = new CacheError(
    'bad_option',
    `sqlite needs options such as sqlite({ file: 'cache.db' }), got ${found}`,
  );
  expect(() => sqlite(given as never)).toThrow(refused);
  expect(() => sqliteJournal(given as never)).toThrow(
    `sqliteJournal needs options such as sqliteJournal({ directory: 'journal' }), got ${found}`,
  );
});

it('names an option that there is not, and those that there are', () => {
  expect(errorOf({ file: 'cache.db', filename: 'x' }).message).toBe(
    'there is no option filename; there are file, role, maxRows, maxBytes, busyTimeoutMs, synchronous, client',
  );
  expect(() => sqliteJournal({ directory: 'journal', toString: 1 } as never)).toThrow(
    'there is no option toString; there are directory, recover, client',
  );
});

function errorOf(options: object): CacheError {
  try {
    sqlite(options as SqliteOptions);
  } catch (error) {
    if (error instanceof CacheError) return error;
  }
  throw new Error('nothing was refused');
}
