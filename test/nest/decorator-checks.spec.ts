import { Injectable } from '@nestjs/common';
import {
  Cacheable,
  CacheableMany,
  CacheConfig,
  CacheError,
  CacheEvict,
  CacheModule,
  CachePut,
  Caching,
  InvalidateOn,
} from 'nuthatch';
import { of } from 'rxjs';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

/** Decorators as those use them whom no compiler has told. */
type Untold = (options?: object) => MethodDecorator & ClassDecorator;
const untold = (decorator: unknown) => decorator as Untold;

const [put, evict, many, caching, config] = [
  untold(CachePut),
  untold(CacheEvict),
  untold(CacheableMany),
  untold(Caching),
  untold(CacheConfig),
];
const key = () => 'key';

function onMethod(decorator: MethodDecorator): () => unknown {
  return () => {
    class Users {
      @decorator
      async find(): Promise<void> {}
    }
    return Users;
  };
}

it.each([
  ['CachePut', CachePut, 'key, or keyOfResult'],
  ['CacheEvict', CacheEvict, 'key, or tags, or keyOfResult, or tagsOfResult, or allEntries'],
])('says what @%s needs where it is given nothing', (name, decorator, needed) => {
  expect(() => untold(decorator)()).toThrow(new CacheError('bad_declaration', `@${name}: give it ${needed}`));
});

describe('a wrong declaration is refused when the class is defined', () => {
  it.each([
    [
      'an option of @CachePut',
      () => put({ key, tll: 1 }),
      'Users.find: @CachePut has no option tll; it has key, keyOfResult, ttl,',
    ],
    [
      'an option of @CacheEvict',
      () => evict({ key, tgas: [] }),
      'Users.find: @CacheEvict has no option tgas; it has key,',
    ],
    [
      'an option of @CacheableMany',
      () => many({ idOff: key }),
      'Users.find: @CacheableMany has no option idOff; it has cache,',
    ],
    [
      'an option of @Caching',
      () => caching({ puts: [] }),
      '@Caching has no option puts; it has cacheable, put, evict',
    ],
    [
      'an option in @Caching',
      () => caching({ put: [{ key, tll: 1 }] }),
      'Users.find: @CachePut has no option tll',
    ],
    [
      'an option of @InvalidateOn',
      () => InvalidateOn('e', [], { cahce: 'x' } as object),
      '@InvalidateOn has no option cahce; it has cache',
    ],
    [
      'two keys of @CachePut',
      () => put({ key, keyOfResult: key }),
      'Users.find: key and keyOfResult contradict each other; give one of them',
    ],
    [
      'some of all entries',
      () => evict({ allEntries: true, tags: ['a'] }),
      'Users.find: allEntries and tags contradict each other',
    ],
    [
      'a result before there is one',
      () => evict({ beforeInvocation: true, keyOfResult: key }),
      'Users.find: beforeInvocation and keyOfResult contradict each other',
    ],
    [
      'two ways to tell elements apart',
      () => many({ idOf: key, byPosition: true }),
      'Users.find: idOf and byPosition contradict each other',
    ],
    [
      'a put that dies before its grace',
      () => many({ ttl: '1h', grace: '1m' }),
      'Users.find: grace must be at least the ttl',
    ],
    [
      'tags that are none',
      () => evict({ tags: ['a', ''] }),
      'Users.find: tags must be a list of non-empty strings, or a function',
    ],
    [
      'a batch of none',
      () => many({ maxBatch: 0 }),
      'Users.find: maxBatch must be a positive integer, got 0',
    ],
    [
      'a duration that is none',
      () => many({ errorTtl: 'soon' }),
      'Users.find: errorTtl must be a positive number of milliseconds',
    ],
    ['nothing to do', () => caching({}), '@Caching: give it cacheable, put, or evict'],
    ['nothing to evict', () => caching({ evict: [{}] }), '@CacheEvict: give it key, or tags'],
  ] as const)('%s', (_, decorator, message) => {
    const define = () => onMethod(decorator())();
    expect(define).toThrow(CacheError);
    expect(define).toThrow(message);
  });

  it.each([
    [{ tll: '1m' }, 'Users: @CacheConfig has no option tll; it has cache, keyPrefix,'],
    [{ ttl: 'soon' }, 'ttl of @CacheConfig'],
    [{ keyPrefix: 7 }, 'Users: keyPrefix must be a string or a function, got a number'],
    [{ ttl: '1h', grace: '1m' }, 'Users: grace must be at least the ttl'],
    [{ tags: 'users' }, 'Users: tags must be a list of non-empty strings'],
  ])('the options of @CacheConfig: %j', (options, message) => {
    const define = () => {
      @config(options)
      class Users {}
      return Users;
    };
    expect(define).toThrow(message);
  });

  it('a decorator of a class on a method', () => {
    expect(onMethod(config({ ttl: '1m' }))).toThrow('@CacheConfig: works on classes');
  });

  it.each([
    ['@CachePut', put({ key })],
    ['@CacheEvict', evict({ key })],
    ['@CacheableMany', many({ key })],
    ['@Cacheable', caching({ cacheable: { key } })],
    ['@Caching', caching({ put: [{ key }] })],
  ])(
    '%s on a getter, on a static method, on a class, and on a method that returns a plain value',
    (name, decorator) => {
      class Wrong {
        static async find(): Promise<void> {}
        get place(): string {
          return '';
        }
      }
      const define = (target: object, member: string) => () =>
        decorator(target, member, Object.getOwnPropertyDescriptor(target, member) ?? {});
      expect(define(Wrong, 'find')).toThrow(`Wrong.find: ${name} works on instances, this method is static`);
      expect(define(Wrong.prototype, 'place')).toThrow(`Wrong.place: ${name} works on methods only`);
      expect(() => decorator(Wrong)).toThrow(`Wrong: ${name} stands on methods; @CacheConfig is for classes`);
      const plain = () => {
        class Plain {
          @decorator
          count(): number {
            return 1;
          }
        }
        return Plain;
      };
      expect(plain).toThrow(`Plain.count: ${name} needs a method that returns a Promise`);
    },
  );
});

describe('@CacheableMany on a method that returns no promise', () => {
  it('is refused by its first call, where no type tells', async () => {
    class Plain {
      @many({ idOf: key })
      find(_ids: readonly number[]) {
        return [];
      }

      @many({ idOf: key })
      watch(_ids: readonly number[]) {
        return of([]);
      }
    }
    const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Plain] });
    await expect(app.get(Plain).find([1])).rejects.toThrow(
      'Plain.find: @CacheableMany needs a method that returns a Promise',
    );
    await expect(app.get(Plain).watch([1])).rejects.toThrow(
      'Plain.watch: @CacheableMany needs a method that returns a Promise, got an Observable',
    );
  });
});

describe('a wrong declaration is refused at start', () => {
  @Injectable()
  class Users {
    @Cacheable({ key, ttl: '1d' })
    async find(): Promise<void> {}
  }

  it('where the options of a method contradict those of the class', async () => {
    @CacheConfig({ grace: '1h' })
    class Admins extends Users {}
    await expect(openApp({ imports: [CacheModule.forRoot()], providers: [Admins] })).rejects.toThrow(
      'Admins(Users).find: grace must be at least the ttl, which is 86400000 ms and part of it, got 3600000',
    );
  });

  it('where a class names a cache that does not exist, with the remedy', async () => {
    @CacheConfig({ cache: 'admins' })
    class Admins extends Users {}
    await expect(openApp({ imports: [CacheModule.forRoot()], providers: [Admins] })).rejects.toThrow(
      'Admins(Users).find: cache must be one of default, got "admins"; declare it by CacheModule.forFeature({ name: "admins" })',
    );
  });

  it('where one of @Caching names a cache that does not exist', async () => {
    class Wrong {
      @Caching({ put: [{ key }, { key, cache: 'gates' }] })
      async save(): Promise<void> {}
    }
    await expect(openApp({ imports: [CacheModule.forRoot()], providers: [Wrong] })).rejects.toThrow(
      'Wrong.save: cache must be one of default, got "gates"',
    );
  });

  it('where two caches have one name', async () => {
    const imports = [
      CacheModule.forRoot(),
      CacheModule.forFeature({ name: 'gates', ttl: '1m' }),
      CacheModule.forFeature({ name: 'gates', ttl: '2m' }),
    ];
    await expect(openApp({ imports })).rejects.toThrow(
      'cache "gates": declared twice with different options',
    );
  });
});
