import { Controller, Get, Header } from '@nestjs/common';
import { CacheManager } from 'nuthatch';
import { collectCaches } from 'nuthatch/prometheus';
import { Registry } from 'prom-client';

/** Shows Prometheus what each cache has counted, and what it is made of. */
@Controller('metrics')
export class MetricsController {
  private readonly registry = new Registry();

  constructor(caches: CacheManager) {
    collectCaches(caches, { registry: this.registry });
  }

  @Get()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
