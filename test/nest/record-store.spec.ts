import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import Sqlite, { type Database } from 'better-sqlite3';
import {
  Cache,
  Cacheable,
  CacheEvict,
  CacheManager,
  CacheModule,
  type CacheModuleOptions,
  CachePut,
  getStoreToken,
  InjectCache,
  type RecordStore,
  type RecordStoreFactory,
  type StoreContext,
} from 'nuthatch';
import { openProducts, type Product, productKey, ProductStore } from '../support/product-store.js';
import { closeApp, closeApps, openApp } from './open-app.js';

const DATABASE = Symbol('database');
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nuthatch-'));
  const db = new Sqlite(file());
  openProducts(db);
  db.close();
});

afterEach(async () => {
  await closeApps();
  await rm(folder, { recursive: true });
});

function file(): string {
  return join(folder, 'shop.db');
}

/** The team's connection, which has a life of its own. */
@Module({
  providers: [{ provide: DATABASE, useFactory: () => new Sqlite(file()) }],
  exports: [DATABASE],
})
class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  onApplicationShutdown(): void {
    expect(this.db.open).toBe(true);
  }
}

/** The team's repository, which happens to be what the cache asks, too. */
@Injectable()
class ProductRepository extends ProductStore {
  readonly loaded: string[] = [];

  constructor(@Inject(DATABASE) private readonly connection: Database) {
    super(connection);
  }

  /** Nothing to do with factories of stores. */
  create(id: number, name: string): Product {
    return { id, name, price: 0 };
  }

  override async load(key: string): Promise<Product | undefined> {
    this.loaded.push(key);
    return super.load(key);
  }

  async close(): Promise<void> {
    this.connection.close();
  }
}

@Module({ imports: [DatabaseModule], providers: [ProductRepository], exports: [ProductRepository] })
class ProductsModule {}

@Injectable()
class Products {
  ran = 0;

  constructor(private readonly cache: Cache<Product>) {}

  @Cacheable({ key: productKey })
  async find(id: number): Promise<Product> {
    this.ran++;
    return { id, name: 'not in the table', price: 0 };
  }

  @CachePut({ key: ({ id }: Product) => productKey(id) })
  async save(product: Product): Promise<Product> {
    return product;
  }

  @CacheEvict({ key: productKey })
  async remove(_id: number): Promise<void> {}

  set(product: Product): Promise<void> {
    return this.cache.set(productKey(product.id), product);
  }
}

const pen: Product = { id: 1, name: 'pen', price: 2.5 };
const ink: Product = { id: 2, name: 'ink', price: 8 };

/** What is in the file, as everybody else sees it. */
function table(): Product[] {
  const db = new Sqlite(file(), { readonly: true });
  try {
    return db.prepare<[], Product>('SELECT id, name, price FROM product ORDER BY id').all();
  } finally {
    db.close();
  }
}

async function start(options: CacheModuleOptions = {}) {
  const cacheModule = CacheModule.forRoot({
    imports: [ProductsModule],
    store: { useExisting: ProductRepository },
    ...options,
  });
  const app = await openApp({ imports: [cacheModule, ProductsModule], providers: [Products] });
  return { app, products: app.get(Products), cache: app.get(Cache), repository: app.get(ProductRepository) };
}

describe('a repository behind the cache of an application', () => {
  it('is the one that the application has, and of the role record', async () => {
    const { app, cache, repository } = await start();
    expect(cache.info().store).toEqual({ name: 'ProductRepository', role: 'record' });
    expect(app.get(getStoreToken())).toBe(repository);
  });

  it('answers decorated methods, once for each key; what it has not, the method brings', async () => {
    const { products, repository } = await start();
    await repository.write([{ type: 'set', key: productKey(1), value: pen, version: 1 }]);
    expect([await products.find(1), await products.find(1)]).toEqual([pen, pen]);
    expect([products.ran, repository.loaded]).toEqual([0, ['product:1']]);
    expect(await products.find(7)).toEqual({ id: 7, name: 'not in the table', price: 0 });
    expect([products.ran, table()]).toEqual([1, [pen]]);
  });

  it('has what is written through when the write is done', async () => {
    const { products } = await start();
    await products.set(pen);
    expect(table()).toEqual([pen]);
    await products.save({ ...pen, price: 3 });
    await products.save(ink);
    expect(table()).toEqual([{ ...pen, price: 3 }, ink]);
    await products.remove(1);
    expect(table()).toEqual([ink]);
  });

  it('has what is written back when the application is closed, and answers it after a restart', async () => {
    const first = await start({ writePolicy: 'writeBack' });
    await first.products.set(pen);
    await first.products.set(ink);
    await first.products.remove(2);
    expect([await first.products.find(1), table()]).toEqual([pen, []]);
    await closeApp(first.app);
    expect(table()).toEqual([pen]);
    const { products } = await start({ writePolicy: 'writeBack' });
    expect([await products.find(1), products.ran]).toEqual([pen, 0]);
  });

  it('refuses a write through to the caller, and the record stays', async () => {
    const { products } = await start();
    await products.set(pen);
    await expect(products.set({ ...pen, price: -1 })).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining('"product:1"'),
      cause: expect.objectContaining({ message: expect.stringContaining('CHECK constraint failed') }),
    });
    expect([await products.find(1), table()]).toEqual([pen, [pen]]);
  });

  it('takes a batch as a whole or not at all', async () => {
    const { cache } = await start();
    const batch = [
      [productKey(1), pen],
      [productKey(2), { ...ink, price: -1 }],
    ] as const;
    await expect(cache.setMany(batch)).rejects.toMatchObject({ code: 'store_failed' });
    expect([table(), await cache.get(productKey(1))]).toEqual([[], undefined]);
  });

  it('keeps its records when the cache is cleared', async () => {
    const { products, cache, repository } = await start();
    await products.set(pen);
    await cache.clear();
    expect([await products.find(1), repository.loaded, table()]).toEqual([pen, ['product:1'], [pen]]);
    await expect(cache.clear({ store: true })).rejects.toMatchObject({ code: 'bad_option' });
    expect(table()).toEqual([pen]);
  });
});

describe('ways to choose a repository', () => {
  const imports = [ProductsModule, DatabaseModule];

  it.each<[string, CacheModuleOptions]>([
    ['useClass', { imports, store: { useClass: ProductRepository } }],
    ['useExisting', { imports, store: { useExisting: ProductRepository } }],
    [
      'useFactory',
      { imports, store: { useFactory: (db: Database) => new ProductRepository(db), inject: [DATABASE] } },
    ],
  ])('%s', async (_, options) => {
    const { products } = await start(options);
    await products.set(pen);
    expect(table()).toEqual([pen]);
  });

  it('an async factory of options', async () => {
    const app = await openApp({
      imports: [
        CacheModule.forRootAsync({
          imports: [ProductsModule],
          inject: [ProductRepository],
          useFactory: (store: ProductRepository) => ({ store, ttl: '5m' }),
        }),
      ],
    });
    await app.get(Cache).set(productKey(1), pen);
    expect(table()).toEqual([pen]);
  });

  it('a named cache of its own', async () => {
    @Injectable()
    class Shop {
      constructor(@InjectCache('products') readonly cache: Cache<Product>) {}
    }
    const named = CacheModule.forFeature({
      name: 'products',
      imports: [ProductsModule],
      store: { useExisting: ProductRepository },
    });
    const app = await openApp({ imports: [CacheModule.forRoot(), named], providers: [Shop] });
    await app.get(Shop).cache.set(productKey(1), pen);
    await app.get(Cache).set(productKey(2), ink);
    expect(table()).toEqual([pen]);
  });

  it('a factory of record stores, for every cache its own', async () => {
    const tables = new Map<string, Map<string, unknown>>();
    @Injectable()
    class Tables implements RecordStoreFactory<unknown> {
      create({ namespace }: StoreContext): RecordStore<unknown> {
        const records = new Map<string, unknown>();
        tables.set(namespace, records);
        return {
          load: async (key) => records.get(key),
          write: async (changes) => {
            for (const change of changes) if (change.type === 'set') records.set(change.key, change.value);
          },
        };
      }
    }
    const app = await openApp({
      imports: [
        CacheModule.forRoot({ store: { useClass: Tables } }),
        CacheModule.forFeature({ name: 'inks' }),
      ],
    });
    await app.get(Cache).set('pen', pen);
    await app.get(CacheManager).get('inks').set('ink', ink);
    expect([...(tables.get('default')?.keys() ?? []), ...(tables.get('inks')?.keys() ?? [])]).toEqual([
      'pen',
      'ink',
    ]);
  });

  it('not by inheritance: a repository belongs to one cache, also where it has a method create', async () => {
    const starting = openApp({
      imports: [
        CacheModule.forRoot({ imports: [ProductsModule], store: { useExisting: ProductRepository } }),
        CacheModule.forFeature({ name: 'inks' }),
      ],
    });
    await expect(starting).rejects.toMatchObject({
      code: 'bad_declaration',
      message: expect.stringContaining('belongs to the default cache'),
    });
  });
});
