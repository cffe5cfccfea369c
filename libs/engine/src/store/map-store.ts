import type {
  ApplyOptions,
  BackingStore,
  BackingStoreFactory,
  Operation,
  Row,
  StoreRole,
} from './backing-store.js';

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

  /** @param rows where they are kept; two stores with one map see the same rows. */
  constructor({ role = 'cache' }: MapStoreOptions = {}, rows = new Map<string, Row>()) {
    this.role = role;
    this.#rows = rows;
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
  }

  async deleteTagged(tags: readonly string[]): Promise<void> {
    for (const [key, row] of this.#rows)
      if (row.tags.some((tag) => tags.includes(tag))) this.#rows.delete(key);
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
    for (const row of gathered) this.#rows.set(row.key, row);
  }

  async close(): Promise<void> {}

  #isOvertaken(operation: Operation): boolean {
    const { key, version } = operation.type === 'set' ? operation.row : operation;
    const stored = this.#rows.get(key);
    return stored !== undefined && stored.version >= version;
  }
}

/** A factory whose stores keep the rows of one namespace in one map, so that a cache opened again finds its rows. */
export function mapStore(options: MapStoreOptions = {}): BackingStoreFactory {
  const maps = new Map<string, Map<string, Row>>();
  return {
    name: 'map',
    create: ({ namespace }) => {
      const rows = maps.get(namespace) ?? new Map<string, Row>();
      maps.set(namespace, rows);
      return new MapStore(options, rows);
    },
  };
}
