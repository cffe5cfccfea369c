import { type DynamicModule, Module } from '@nestjs/common';
import { DeparturesDatabase } from './departures-database.js';

/** Offers the service's own database to everybody. */
@Module({})
export class DataModule {
  static forRoot(folder: string): DynamicModule {
    return {
      module: DataModule,
      global: true,
      providers: [{ provide: DeparturesDatabase, useFactory: () => DeparturesDatabase.open(folder) }],
      exports: [DeparturesDatabase],
    };
  }
}
