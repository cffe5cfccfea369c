import type { SharedTierFactory } from 'nuthatch/engine';
import { redis } from 'nuthatch/redis';

/** What several processes of the service have in common. */
export interface Sharing {
  /** Behind the memory of each. */
  readonly tier: SharedTierFactory;
  /** The database that keeps gates and statuses; that of the folder where left out. */
  readonly postgres: string | undefined;
}

/** What the environment says of other processes: none where it names no Redis. All keys and connections there are named by one prefix. */
export function sharingOf(env: NodeJS.ProcessEnv): Sharing | undefined {
  const {
    DEPARTURES_REDIS: url,
    DEPARTURES_PREFIX: prefix = 'departures',
    DEPARTURES_POSTGRES: postgres,
  } = env;
  if (url === undefined) return undefined;
  return { tier: redis({ url, keyPrefix: prefix, redisOptions: { connectionName: prefix } }), postgres };
}
