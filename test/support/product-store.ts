import type { Database } from 'better-sqlite3';
import type { Change, RecordStore } from 'nuthatch/engine';

/** A row of the team's own table. */
export interface Product {
  readonly id: number;
  readonly name: string;
  readonly price: number;
}

/** The cache's name for a product. */
export function productKey(id: number): string {
  return `product:${id}`;
}

/** The product that a key names. */
export function idOf(key: string): number {
  return Number(key.slice('product:'.length));
}

/** The team's table, which knows nothing of a cache, as they would put it behind one. */
export class ProductStore implements RecordStore<Product> {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async load(key: string): Promise<Product | undefined> {
    return this.db
      .prepare<[number], Product>('SELECT id, name, price FROM product WHERE id = ?')
      .get(idOf(key));
  }

  async write(changes: readonly Change<Product>[]): Promise<void> {
    const upsert = this.db.prepare<[Product]>(
      `INSERT INTO product (id, name, price) VALUES (@id, @name, @price)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, price = excluded.price`,
    );
    const remove = this.db.prepare<[number]>('DELETE FROM product WHERE id = ?');
    this.db.transaction(() => {
      for (const change of changes) {
        if (change.type === 'set') upsert.run(change.value);
        else remove.run(idOf(change.key));
      }
    })();
  }
}

/** The store over an empty table. */
export function openProducts(db: Database): ProductStore {
  db.exec(
    'CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL NOT NULL CHECK (price >= 0))',
  );
  return new ProductStore(db);
}
