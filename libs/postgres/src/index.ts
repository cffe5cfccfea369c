export type {
  PostgresClient,
  PostgresConnection,
  PostgresPool,
  PostgresPoolOptions,
  PostgresResult,
  PostgresStatement,
} from './client.js';
export type { PostgresOptions } from './options.js';
export { postgres } from './postgres.js';
