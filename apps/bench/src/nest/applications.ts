import {
  CACHE_MANAGER,
  CacheInterceptor as TheirInterceptor,
  CacheModule as TheirModule,
} from '@nestjs/cache-manager';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import type { Cache as TheirCache } from 'cache-manager';
import { Cacheable, CacheInterceptor, cacheKey, CacheModule, httpCaching } from 'nuthatch';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the source behind every application takes. */
const SOURCE_MS = 5;
const TTL_MS = 600_000;

interface Bird {
  readonly id: string;
  readonly name: string;
  readonly seen: readonly string[];
}

/** About a kilobyte of JSON. */
async function read(id: string): Promise<Bird> {
  await sleep(SOURCE_MS);
  return {
    id,
    name: `bird ${id}`,
    seen: Array.from({ length: 30 }, (_, day) => `day ${day}, wood ${id}, at noon`),
  };
}

@Controller()
class PlainBoard {
  @Get('birds/:id')
  find(@Param('id') id: string): Promise<Bird> {
    return read(id);
  }
}

@UseInterceptors(TheirInterceptor)
@Controller()
class TheirBoard extends PlainBoard {}

@UseInterceptors(CacheInterceptor)
@Controller()
class OurBoard extends PlainBoard {}

@Injectable()
class WrappingBirds {
  constructor(@Inject(CACHE_MANAGER) private readonly cache: TheirCache) {}

  find(id: string): Promise<Bird> {
    return this.cache.wrap(`bird:${id}`, () => read(id));
  }
}

@Injectable()
class DecoratedBirds {
  @Cacheable({ key: (id: string) => cacheKey('bird', id) })
  async find(id: string): Promise<Bird> {
    return read(id);
  }
}

@Controller()
class WrappingBoard {
  constructor(private readonly birds: WrappingBirds) {}

  @Get('birds/:id')
  find(@Param('id') id: string): Promise<Bird> {
    return this.birds.find(id);
  }
}

@Controller()
class DecoratedBoard {
  constructor(private readonly birds: DecoratedBirds) {}

  @Get('birds/:id')
  find(@Param('id') id: string): Promise<Bird> {
    return this.birds.find(id);
  }
}

@Module({ controllers: [PlainBoard] })
class Plain {}

@Module({ imports: [TheirModule.register({ ttl: TTL_MS })], controllers: [TheirBoard] })
class TheirInterceptors {}

@Module({
  imports: [CacheModule.forRoot({ ttl: TTL_MS, maxItems: 100_000 })],
  controllers: [OurBoard],
  providers: [httpCaching({ etag: false })],
})
class OurInterceptors {}

@Module({
  imports: [TheirModule.register({ ttl: TTL_MS })],
  providers: [WrappingBirds],
  controllers: [WrappingBoard],
})
class TheirWrap {}

@Module({
  imports: [CacheModule.forRoot({ ttl: TTL_MS, maxItems: 100_000 })],
  providers: [DecoratedBirds],
  controllers: [DecoratedBoard],
})
class OurDecorator {}

/** One controller in front of one source, cached in five ways; each answers the same. */
export const applications = {
  'no cache': Plain,
  '@nestjs/cache-manager interceptor': TheirInterceptors,
  'nuthatch interceptor': OurInterceptors,
  'cache-manager wrap in a service': TheirWrap,
  'nuthatch @Cacheable in a service': OurDecorator,
} as const satisfies Readonly<Record<string, Type>>;

/** Over what Nest answers HTTP. */
export type AdapterName = 'express' | 'fastify';

export type ApplicationName = keyof typeof applications;

/** Against whom each of ours is held. */
export const RIVALS = {
  'nuthatch interceptor': '@nestjs/cache-manager interceptor',
  'nuthatch @Cacheable in a service': 'cache-manager wrap in a service',
} as const satisfies Partial<Record<ApplicationName, ApplicationName>>;
