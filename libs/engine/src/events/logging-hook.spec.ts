import { CacheError } from '../kernel/errors.js';
import { openCache as open } from '../../../../test/support/caches.js';
import { LoggingHook, type LoggingHookOptions } from './logging-hook.js';

/** A logger that keeps its lines, each with its level. */
function logger() {
  const lines: string[] = [];
  const keep = (level: string) => (line: string) => void lines.push(`${level}: ${line}`);
  return { lines, log: keep('log'), debug: keep('debug'), verbose: keep('verbose') };
}

async function linesOf(key: string, options: LoggingHookOptions): Promise<string[]> {
  const { cache } = await open<number>();
  const found = logger();
  cache.addHook(new LoggingHook(found, options));
  await cache.set(key, 1);
  await cache.get('emu');
  await cache.delete(key);
  return found.lines;
}

describe('the logging hook', () => {
  it('writes a line per event, without values', async () => {
    const { cache, clock } = await open<number>({ maxItems: 1 });
    const lines: string[] = [];
    cache.addHook(new LoggingHook({ log: (line) => lines.push(line) }));
    await cache.set('owl', 123456);
    clock.advance(250);
    await cache.get('owl');
    await cache.get('emu');
    await cache.set('wren', 123456, { ttl: '1s' });
    clock.advance('2s');
    await cache.delete('wren');
    expect(lines).toEqual([
      'set owl',
      'hit owl (read 1 times, 250 ms old)',
      'miss emu',
      'evict owl (read 1 times, 250 ms old)',
      'set wren',
      'expire wren (read 0 times)',
      'delete wren',
    ]);
  });

  it('writes at the level that it is given', async () => {
    expect(await linesOf('owl', { level: 'debug' })).toEqual([
      'debug: set owl',
      'debug: miss emu',
      'debug: delete owl',
    ]);
  });

  it('refuses a level that the logger does not have, names of options that it does not know, and an empty salt', () => {
    const wrong: [LoggingHookOptions, string][] = [
      [{ level: 'info' }, 'level must be a method that the logger has, such as log, got "info"'],
      // What a caller without a compiler may give.
      [{ keys: 'secret' as 'none' }, "keys must be 'plain', 'hashed' or 'none', got \"secret\""],
      [{ key: 'none' } as LoggingHookOptions, 'there is no option key; there are level, keys, salt'],
      // As of a variable of the environment that is not set: anybody could make the hashes of keys that he guesses.
      [{ keys: 'hashed', salt: '' }, 'salt must be a non-empty string, got "string"'],
    ];
    for (const [options, message] of wrong) {
      expect(() => new LoggingHook(logger(), options)).toThrow(CacheError);
      expect(() => new LoggingHook(logger(), options)).toThrow(message);
    }
  });

  it('writes hashes in the place of keys that are secrets: the same for the same key, and not those of another hook', async () => {
    const [first = '', miss = '', last = ''] = await linesOf('token-1', { keys: 'hashed' });
    const hash = first.replace('log: set ', '');
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(last).toBe(`log: delete ${hash}`);
    expect(miss).not.toContain(hash);
    expect(await linesOf('token-1', { keys: 'hashed' })).not.toContain(first);
  });

  it('writes hashes that can be compared where they share a salt', async () => {
    const options = { keys: 'hashed', salt: 'our own' } as const;
    expect(await linesOf('token-1', options)).toEqual(await linesOf('token-1', options));
  });

  it('leaves keys out where it is told to', async () => {
    expect(await linesOf('token-1', { keys: 'none' })).toEqual(['log: set', 'log: miss', 'log: delete']);
  });
});
