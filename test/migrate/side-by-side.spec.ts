import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Cache, Cacheable, CacheModule } from 'nuthatch';
import { CACHE_MANAGER, type Cache as CompatCache, CacheModule as CompatModule } from 'nuthatch/compat';

@Injectable()
class Birds {
  runs = 0;

  constructor(
    @Inject(CACHE_MANAGER) readonly before: CompatCache,
    readonly after: Cache<string>,
  ) {}

  @Cacheable({ ttl: '1m' })
  async find(name: string): Promise<string> {
    this.runs++;
    return name.toUpperCase();
  }
}

@Module({
  imports: [CompatModule.register({ ttl: 5000 }), CacheModule.forRoot({ ttl: '5m' })],
  providers: [Birds],
})
class AppModule {}

it('an application has both modules while its services move, each with what is its own', async () => {
  const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
  await app.init();
  const birds = app.get(Birds);
  await birds.before.set('owl', 'before');
  expect(await birds.after.get('owl')).toBeUndefined();
  await birds.after.set('owl', 'after');
  expect(await birds.before.get('owl')).toBe('before');
  expect([await birds.find('wren'), await birds.find('wren'), birds.runs]).toEqual(['WREN', 'WREN', 1]);
  await app.close();
});
