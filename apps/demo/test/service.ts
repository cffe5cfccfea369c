import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { App } from 'supertest/types.js';
import supertest from 'supertest';
import { AppModule } from '../src/app.module.js';
import { DeparturesDatabase } from '../src/data/departures-database.js';

/** The service, running on a free port. */
export interface Service {
  readonly http: ReturnType<typeof supertest>;
  readonly url: string;
  readonly database: DeparturesDatabase;
  readonly close: () => Promise<void>;
}

/** Starts the service on the databases of a folder. */
export async function startService(folder: string): Promise<Service> {
  const module = await Test.createTestingModule({ imports: [AppModule.forFolder(folder)] }).compile();
  const app: INestApplication<App> = module.createNestApplication({ forceCloseConnections: true });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  return {
    http: supertest(app.getHttpServer()),
    url: await app.getUrl(),
    database: app.get(DeparturesDatabase),
    close: () => app.close(),
  };
}
