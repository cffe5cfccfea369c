import pg from 'pg';
import { backingStoreContract } from 'nuthatch/testing';
import {
  describeWith,
  findPostgres,
  makeSchema,
  type TestSchema,
} from '../../../test/support/postgres-server.js';
import { postgres } from './index.js';

const server = await findPostgres();

describeWith(server)('the contract of stores', () => {
  const pool = new pg.Pool(server?.config);
  let schema: TestSchema;
  beforeAll(async () => {
    schema = await makeSchema(server);
  });
  afterAll(async () => {
    await pool.end();
    await schema.drop();
  });

  backingStoreContract({
    name: 'PostgreSQL',
    open: async () => postgres(schema.table()),
  });

  backingStoreContract({
    name: 'PostgreSQL as cache, over a pool of the user',
    open: async () => postgres({ pool, table: schema.table().table, role: 'cache' }),
  });
});
