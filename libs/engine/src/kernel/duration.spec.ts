import { parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each<[number | string, number]>([
    [250, 250],
    [0.5, 0.5],
    [Infinity, Infinity],
    ['250ms', 250],
    ['5m', 300_000],
    ['2 days', 172_800_000],
    ['1.5h', 5_400_000],
  ])('reads %p as %d ms', (duration, ms) => {
    expect(parseDuration('ttl', duration)).toBe(ms);
  });

  it.each([
    0,
    -1,
    NaN,
    -Infinity,
    '10',
    '',
    'soon',
    '5 parsecs',
    '-5m',
    '0s',
    '5m 3s',
    `${'9'.repeat(200)}ms`,
  ])('refuses %p and names the option', (duration) => {
    expect(() => parseDuration('ttl', duration)).toThrow(/^ttl must be a positive number of milliseconds/);
  });

  it.each([undefined, null, {}, [], true, 5n])('refuses %p, which no type allows', (duration) => {
    // What a configuration file may hold.
    expect(() => parseDuration('ttl', duration as never)).toThrow(/^ttl must be/);
  });
});
