import * as original from '@nestjs/cache-manager';
import * as compat from 'nuthatch/compat';
import { closeApps } from '../nest/open-app.js';
import type { Face } from './app/face.js';
import { type Transcript, visitShop } from './app/visit.js';

// That it can stand for the other is what is tested here.
const replacement = compat as unknown as Face;

afterEach(closeApps);

/** What the visitors of the shop see otherwise than with the original; everything else is the same. */
const fixes: Transcript = {
  // `null` is an answer like any other.
  'get nothing, the second time': [200, '', 'HIT', undefined],
  'the runs of the handlers': [
    200,
    JSON.stringify({
      list: 2,
      named: 1,
      nothing: 1,
      broken: 2,
      file: 2,
      'by-hand': 2,
      search: 2,
      report: 1,
      greeting: 2,
    }),
    undefined,
    undefined,
  ],
  // Who writes the response himself is not looked for.
  'get by-hand, the first time': [200, '{"run":1}', undefined, undefined],
  'get by-hand, the second time': [200, '{"run":2}', undefined, undefined],
};

describe('an application written for @nestjs/cache-manager', () => {
  it('sees the same with nuthatch/compat, but for the listed fixes', async () => {
    const before = await visitShop(original);
    const after = await visitShop(replacement);
    const { 'the events': eventsBefore, ...stepsBefore } = before;
    const { 'the events': eventsAfter, ...stepsAfter } = after;
    expect(stepsAfter).toEqual({ ...stepsBefore, ...fixes });
    // Misses are told, too.
    expect(
      (eventsAfter as string[]).filter((line) => !line.endsWith(' undefined') || line.startsWith('del')),
    ).toEqual(eventsBefore);
    expect(eventsAfter).toContain('get count-nut undefined');
    for (const step of Object.keys(fixes)) expect(before[step]).not.toEqual(fixes[step]);
  });

  it('finds the same names, tokens and keys', () => {
    for (const name of Object.keys(original)) expect(compat).toHaveProperty(name);
    for (const name of [
      'CACHE_MANAGER',
      'CACHE_KEY_METADATA',
      'CACHE_TTL_METADATA',
      'CACHE_MODULE_OPTIONS',
    ] as const)
      expect(compat[name]).toBe(original[name]);
  });
});
