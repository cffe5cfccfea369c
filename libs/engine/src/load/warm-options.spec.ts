import { parseEarlyExpiration } from './early-expiration.js';
import { resolveAccessLog } from './warm-from-access-log.js';
import { assertWarmOnBoot } from './warm-on-boot.js';
import { resolveWarm, type WarmOptions } from './warm-options.js';

/** As callers do whom no compiler has told. */
function wrong(options: object): never {
  return options as never;
}

describe('the options of a warming', () => {
  it.each<[string, () => unknown]>([
    ['concurency', () => resolveWarm(wrong({ concurency: 4 }))],
    ['topp', () => resolveAccessLog('access.log', wrong({ topp: 4 }))],
    ['loder', () => assertWarmOnBoot(wrong({ keys: ['owl'], loder: () => 1 }))],
    ['topp', () => assertWarmOnBoot(wrong({ accessLog: 'access.log', topp: 4 }))],
    ['earlyExpiration.betta', () => parseEarlyExpiration(wrong({ betta: 4 }))],
  ])('refuse the unknown name %s', (name, resolve) => {
    expect(resolve).toThrow(`there is no option ${name}; there are `);
  });

  it('name all that is wrong at once, and all that there is', () => {
    const options: WarmOptions<unknown> = wrong({ concurency: 4, concurrency: 0, unles: () => true });
    expect(() => resolveWarm(options)).toThrow(/concurency.*\n.*unles.*\n.*concurrency must/);
    const log: object = { topp: 4 };
    expect(() => resolveAccessLog('access.log', log)).toThrow(/there are top, format, .*concurrency/);
  });

  it('take every name of a load', () => {
    const options: WarmOptions<unknown> = { ttl: '1m', tags: ['night'], unless: () => false, grace: '1h' };
    expect(resolveWarm(options).load).toEqual(options);
  });

  it('take names that are said to be undefined', () => {
    assertWarmOnBoot({ keys: ['owl'], accessLog: undefined, loader: undefined });
    assertWarmOnBoot({ keys: undefined, accessLog: 'access.log' });
  });

  it('are an object', () => {
    expect(() => resolveWarm('4' as unknown as WarmOptions<unknown>)).toThrow('options must be an object');
  });
});
