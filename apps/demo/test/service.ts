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
  /** What a cache has counted, by the name of the metric behind `nuthatch_`. */
  readonly count: (metric: string, cache: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Starts the service on the databases of a folder. */
export async function startService(folder: string): Promise<Service> {
  const module = await Test.createTestingModule({ imports: [AppModule.forFolder(folder)] }).compile();
  const app: INestApplication<App> = module.createNestApplication({ forceCloseConnections: true });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  const http = supertest(app.getHttpServer());
  return {
    http,
    url: await app.getUrl(),
    database: app.get(DeparturesDatabase),
    count: async (metric, cache) => {
      const { text } = await http.get('/metrics').expect(200);
      const line = new RegExp(`^nuthatch_${metric}\\{cache="${cache}"\\} (.+)$`, 'm').exec(text);
      if (line === null) throw new Error(`there is no metric ${metric} of ${cache}`);
      return Number(line[1]);
    },
    close: () => app.close(),
  };
}
