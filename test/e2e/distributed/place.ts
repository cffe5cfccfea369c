import { type SharedTierFactory, shardedTier } from 'nuthatch/engine';
import { redis } from 'nuthatch/redis';

/** Where the processes of a test share what they have; survives JSON. */
export type Place =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'cluster'; readonly urls: readonly string[] }
  | { readonly kind: 'ring'; readonly urls: readonly string[] };

/** For machines that have other work to do. */
const PATIENT = { connectTimeout: '5s', commandTimeout: '2s' } as const;

/** A tier at a place, with connections of its own. */
export function tierAt(place: Place): SharedTierFactory {
  if (place.kind === 'server') return redis({ url: place.url, ...PATIENT });
  if (place.kind === 'cluster') return redis({ cluster: place.urls, ...PATIENT });
  const nodes = place.urls.map((url, at) => [`node ${at}`, redis({ url, ...PATIENT })] as const);
  return shardedTier({ nodes: Object.fromEntries(nodes), timeout: '2s', lookEvery: '1s' });
}
