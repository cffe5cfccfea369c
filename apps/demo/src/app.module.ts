import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { CacheLoggingModule, CacheModule } from 'nuthatch';
import { sqlite } from 'nuthatch/sqlite';
import { AirportsController } from './airports/airports.controller.js';
import { AirportsService } from './airports/airports.service.js';
import { DataModule } from './data/data.module.js';
import { DeparturesDatabase } from './data/departures-database.js';
import { FlightsController } from './flights/flights.controller.js';
import { FlightsService } from './flights/flights.service.js';
import { FlightsInPostgres } from './flights/flights-in-postgres.js';
import { FlightsTable } from './flights/flights-table.js';
import { CacheErrorFilter } from './operations/cache-error.filter.js';
import { DatabaseHealthIndicator } from './operations/database-health.indicator.js';
import { EventsController } from './operations/events.controller.js';
import { HealthController } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { StartPageController } from './operations/start-page.controller.js';
import { RoutesController } from './routes/routes.controller.js';
import { RoutesService } from './routes/routes.service.js';
import type { Sharing } from './sharing.js';

/**
 * The service, with its two databases in a folder: its own, and that of the cache. Where processes share a tier, that takes the place of the
 * latter, which belongs to one process.
 */
@Module({
  controllers: [
    StartPageController,
    AirportsController,
    RoutesController,
    FlightsController,
    EventsController,
    MetricsController,
    HealthController,
  ],
  providers: [
    AirportsService,
    RoutesService,
    FlightsService,
    DatabaseHealthIndicator,
    { provide: APP_FILTER, useClass: CacheErrorFilter },
  ],
})
export class AppModule {
  static forFolder(folder: string, sharing?: Sharing): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DataModule.forRoot(folder),
        TerminusModule,
        // A line when a cache gets into trouble, and one when it is well again.
        CacheLoggingModule.forRoot(),
        // Answers that can be computed again: kept in memory, and behind it in a file of the cache's own, or in what processes share.
        CacheModule.forRoot({
          maxItems: 2000,
          maxTotalBytes: '64mb', // all three together
          ttl: '1h',
          ...(sharing === undefined
            ? { store: sqlite({ file: join(folder, 'cache.db') }), writePolicy: 'writeBack' }
            : { sharedTier: sharing.tier }),
        }),
        // Gates and statuses, which are kept nowhere else: memory in front of the service's own table.
        CacheModule.forFeature({
          name: 'board',
          maxItems: 50_000,
          store: {
            inject: [DeparturesDatabase],
            useFactory: ({ file }: DeparturesDatabase) =>
              sharing?.postgres === undefined
                ? new FlightsTable(file)
                : new FlightsInPostgres(sharing.postgres),
          },
          writePolicy: 'writeBack',
          writeBack: { flushInterval: '1s' },
        }),
        // Pages of the board, outdated by every change: in memory only, and in what processes share.
        CacheModule.forFeature({ name: 'departures', maxItems: 500, ttl: '30s', store: false }),
      ],
    };
  }
}
