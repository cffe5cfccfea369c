import { createCache, MapStore, type Row } from 'nuthatch/engine';

/** A store that never answers a read. */
class Hung extends MapStore {
  override get(): Promise<Row | undefined> {
    return new Promise(() => undefined);
  }
}

/** Nothing but the cache keeps this process alive. */
const loading = await createCache<number>({ hardTimeout: '100ms' });
const outcome = await loading.getOrLoad('owl', () => new Promise<never>(() => undefined)).catch(codeOf);
await loading.close();
const reading = await createCache<number>({ store: new Hung(), resilience: { timeout: '100ms' } });
const read = await reading.get('owl');
await reading.close();
console.log(outcome, read);

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}
