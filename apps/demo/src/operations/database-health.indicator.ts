import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DeparturesDatabase } from '../data/departures-database.js';

/** Tells whether the service's own database answers, and what is in it. */
@Injectable()
export class DatabaseHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly database: DeparturesDatabase,
  ) {}

  async check(): Promise<HealthIndicatorResult<'database'>> {
    return this.indicators.check('database').attempt(() => {
      this.database.first('SELECT iata FROM airports LIMIT 1');
      return { ...this.database.inventory };
    });
  }
}
