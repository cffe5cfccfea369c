import { Controller, Get } from '@nestjs/common';
import { CacheManager } from 'nuthatch';
import type { CacheInfo, CacheMetrics } from 'nuthatch/engine';

type Readings = CacheMetrics & { readonly info: CacheInfo };

/** Shows what each cache has counted, and what it is made of. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly caches: CacheManager) {}

  @Get()
  metrics(): Readonly<Record<string, Readings>> {
    const readings = Array.from(this.caches, ([name, cache]) => [
      name,
      { ...cache.metrics(), info: cache.info() },
    ]);
    return Object.fromEntries(readings);
  }
}
