import type { Invalidation } from '../kernel/invalidation.js';
import type {
  ApplyOptions,
  BackingStore,
  BackingStoreFactory,
  Operation,
  Row,
  StoreRole,
} from './backing-store.js';
import { coverOf, InvalidationList } from './invalidation-list.js';

const ROWS_PER_PAGE = 500;

/** What a `MapStore` may be told. */
export interface MapStoreOptions {
  /** `'cache'` by default. */
  readonly role?: StoreRole;
}

/** Rows in a `Map`: a backing store that lasts as long as the object does, for tests and for trying things out. */
export class MapStore implements BackingStore {
  readonly role: StoreRole;
  readonly capabilities = { replaceAll: true };
  readonly #rows: Map<string, Row>;
  readonly #invalidations: InvalidationList;

  /** @param rows where they are kept; two stores with one map see the same rows. */
  constructor(
    { role = 'cache' }: MapStoreOptions = {},
    rows = new Map<string, Row>(),
    invalidations = new InvalidationList(),
  ) {
    this.role = role;
    this.#rows = rows;
    this.#invalidations = invalidations;
  }

  async open(): Promise<void> {}

  async get(key: string): Promise<Row | undefined> {
    return this.#rows.get(key);
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return keys.map((key) => this.#rows.get(key)).filter((row) => row !== undefined);
  }

  async apply(operations: readonly Operation[], { onlyNewer = false }: ApplyOptions = {}): Promise<void> {
    for (const operation of operations) {
      if (onlyNewer && this.#isOvertaken(operation)) continue;
      if (operation.type === 'set') this.#rows.set(operation.row.key, operation.row);
      else this.#rows.delete(operation.key);
    }
  }

  async clear(): Promise<void> {
    this.#rows.clear();
    this.#invalidations.clear();
  }

  async invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    const covers = invalidations.map(coverOf);
    for (const [key, row] of this.#rows) if (covers.some((covered) => covered(row))) this.#rows.delete(key);
    for (const invalidation of invalidations) this.#invalidations.add(invalidation);
  }

  async invalidations(): Promise<readonly Invalidation[]> {
    return this.#invalidations.all();
  }

  async rows(): Promise<readonly Row[]> {
    return [...this.#rows.values()];
  }

  async *scan(): AsyncGenerator<readonly Row[]> {
    const rows = [...this.#rows.values()];
    for (let from = 0; from < rows.length; from += ROWS_PER_PAGE)
      yield rows.slice(from, from + ROWS_PER_PAGE);
  }

  async replaceAll(pages: AsyncIterable<readonly Row[]>): Promise<void> {
    const gathered: Row[] = [];
    for await (const page of pages) for (const row of page) gathered.push(row);
    this.#rows.clear();
    this.#invalidations.clear();
    for (const row of gathered) this.#rows.set(row.key, row);
  }

  async close(): Promise<void> {}

  #isOvertaken(operation: Operation): boolean {
    const { key, version } = operation.type === 'set' ? operation.row : operation;
    const stored = this.#rows.get(key);
    return stored !== undefined && stored.version >= version;
  }
}

/** A factory whose stores keep what belongs to one namespace in one place, so that a cache opened again finds its rows. */
export function mapStore(options: MapStoreOptions = {}): BackingStoreFactory {
  const places = new Map<string, { rows: Map<string, Row>; invalidations: InvalidationList }>();
  return {
    name: 'map',
    create: ({ namespace }) => {
      const place = places.get(namespace) ?? { rows: new Map(), invalidations: new InvalidationList() };
      places.set(namespace, place);
      return new MapStore(options, place.rows, place.invalidations);
    },
  };
}
