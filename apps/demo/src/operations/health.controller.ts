import { Controller, Get } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { CacheHealthIndicator } from 'nuthatch';
import { DatabaseHealthIndicator } from './database-health.indicator.js';

/** Answers 200 while the service can serve, which it does with a cache that is degraded, else 503. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly caches: CacheHealthIndicator,
    private readonly database: DatabaseHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.caches.check('cache', { maxPendingAge: '1m' }),
      () => this.database.check(),
    ]);
  }
}
