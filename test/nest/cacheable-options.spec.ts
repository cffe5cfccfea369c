import { Cacheable, type CacheableOptions, CacheError } from 'nuthatch';

/** Defines a class whose method is decorated so. */
function define(options: object): unknown {
  // As callers do whom no compiler has told.
  const decorator = Cacheable(options as CacheableOptions) as MethodDecorator;
  class Users {
    @decorator
    async find(id: number): Promise<string> {
      return `user ${id}`;
    }
  }
  return Users;
}

describe('the options of @Cacheable', () => {
  it.each([
    [{ tll: '1m' }, 'Users.find: @Cacheable has no option tll; it has key, ttl, '],
    [{ tll: undefined }, 'Users.find: @Cacheable has no option tll; it has key, ttl, '],
    [
      { softTimeout: '2s', hardTimeout: '1s' },
      'Users.find: softTimeout must be at most the hardTimeout, which is 1000 ms, got 2000',
    ],
    [{ ttl: '1h', grace: '1m' }, 'Users.find: grace must be at least the ttl, which is 3600000 ms'],
    [{ grace: 'soon' }, 'Users.find: grace must be '],
  ])('are refused when the class is defined: %p', (options, message) => {
    expect(() => define(options)).toThrow(CacheError);
    expect(() => define(options)).toThrow(message);
  });

  it.each([
    {},
    { ttl: '1h', grace: '1h' },
    { ttl: Infinity, grace: '1h' },
    { softTimeout: '1s', hardTimeout: '1s' },
    { softTimeout: '2m' },
    { grace: '1m' },
  ])('are taken where they agree: %p', (options) => {
    expect(() => define(options)).not.toThrow();
  });
});
