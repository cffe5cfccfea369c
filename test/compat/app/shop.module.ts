import { Injectable, Module, type Type } from '@nestjs/common';
import type { CacheModuleOptions, CacheOptionsFactory } from '@nestjs/cache-manager';
import { accountOf } from './account.controller.js';
import { catalogOf } from './catalog.controller.js';
import type { Face } from './face.js';
import { type Prices, pricesOf } from './price.service.js';

@Injectable()
class Settings {
  readonly ttl = 30_000;
}

@Injectable()
class CacheSettings implements CacheOptionsFactory {
  constructor(private readonly settings: Settings) {}

  createCacheOptions(): CacheModuleOptions {
    return { ttl: this.settings.ttl };
  }
}

export interface Shop {
  readonly module: Type<unknown>;
  readonly prices: Type<Prices>;
}

/** A small shop, as it is written by those who use `@nestjs/cache-manager`. */
export function shopOf(face: Face): Shop {
  const prices = pricesOf(face);

  @Module({
    imports: [
      face.CacheModule.registerAsync({ extraProviders: [Settings], isGlobal: true, useClass: CacheSettings }),
    ],
    controllers: [...catalogOf(face), accountOf(face)],
    providers: [prices],
  })
  class ShopModule {}

  return { module: ShopModule, prices };
}
