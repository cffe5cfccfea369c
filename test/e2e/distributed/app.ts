import 'reflect-metadata';
import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import {
  Cacheable,
  CacheEvict,
  CacheModule,
  type CacheModuleOptions,
  CachePut,
  type Clock,
  InvalidateOn,
  systemClock,
} from 'nuthatch';
import { type Place, tierAt } from './place.js';
import { type Bird, Source } from './source.js';

/** The life of a lease in the application, in milliseconds. */
export const LEASE_MS = 1500;

/** What one process of the application is told when it starts; survives JSON. */
export interface AppOrders {
  readonly place: Place;
  /** By how much the wall clock of its machine is wrong. */
  readonly skewMs?: number;
}

const keyOf = (id: string): string => `bird:${id}`;

@Injectable()
export class Birds {
  constructor(private readonly source: Source) {}

  @InvalidateOn('bird.renamed', ['bird:{id}'])
  @Cacheable({ key: keyOf, tags: (id: string) => [`flock:${id.split('/')[0]}`], ttl: '10m' })
  async find(id: string): Promise<Bird> {
    return this.source.read(id);
  }

  @Cacheable({ key: keyOf, lease: false })
  async findAlone(id: string): Promise<Bird> {
    return this.source.read(id);
  }

  @CachePut({ key: keyOf, tags: (id: string) => [`flock:${id.split('/')[0]}`] })
  async rename(id: string, name: string): Promise<Bird> {
    return { id, name };
  }

  @CacheEvict({ key: keyOf })
  async remove(_id: string): Promise<void> {
    // What the source has is of no matter here.
  }

  @CacheEvict({ tags: (flock: string) => [`flock:${flock}`] })
  async removeFlock(_flock: string): Promise<void> {
    // As above.
  }
}

/** The application, of which several processes run. */
@Module({})
export class AppModule {
  static at({ place, skewMs = 0 }: AppOrders, source: Source): DynamicModule {
    const options: CacheModuleOptions = {
      sharedTier: tierAt(place),
      clock: skewed(skewMs),
      maxItems: 10_000,
      // Machines that run tests have other work to do, and what is tested is not how a slow tier is given up.
      tier: { timeout: '2s', openTimeout: '5s' },
      lease: LEASE_MS,
    };
    return {
      module: AppModule,
      imports: [CacheModule.forRoot(options)],
      providers: [Birds, { provide: Source, useValue: source }],
    };
  }
}

/** The clock of a machine whose time is wrong. */
function skewed(skewMs: number): Clock {
  return { ...systemClock, wallNow: () => systemClock.wallNow() + skewMs };
}
