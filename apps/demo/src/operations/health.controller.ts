import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { CacheManager } from 'nuthatch';
import type { CacheHealth } from 'nuthatch/engine';
import { DeparturesDatabase } from '../data/departures-database.js';
import type { Inventory } from '../data/import.js';

interface Health {
  readonly status: CacheHealth['status'];
  readonly caches: Readonly<Record<string, CacheHealth>>;
  readonly database: Inventory;
}

const WORST_FIRST = ['down', 'degraded'] as const;

/** Answers 200 while the service can serve, which it does with a cache that is degraded, else 503. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly caches: CacheManager,
    private readonly database: DeparturesDatabase,
  ) {}

  @Get()
  health(): Health {
    const caches = Object.fromEntries(Array.from(this.caches, ([name, cache]) => [name, cache.health()]));
    const statuses = Object.values(caches).map((cache) => cache.status);
    const status = WORST_FIRST.find((one) => statuses.includes(one)) ?? 'up';
    const health: Health = { status, caches, database: this.database.inventory };
    if (status === 'down') throw new ServiceUnavailableException(health);
    return health;
  }
}
