import { join } from 'node:path';
import { type BackingStoreFactory, type CacheOptions, type Durability, fileJournal } from 'nuthatch/engine';
import { postgres } from 'nuthatch/postgres';
import { sqlite, sqliteJournal } from 'nuthatch/sqlite';

const journals = {
  // Small segments, so that writers also die while they begin one, or tidy up.
  file: (directory: string) => fileJournal({ directory, segmentBytes: '64kb' }),
  sqlite: (directory: string) => sqliteJournal({ directory }),
};
export type JournalName = keyof typeof journals;
export type StoreName = 'sqlite' | 'postgres';

/** What is killed: a durability over a store, and a journal where the durability needs one. */
export interface Cell {
  readonly durability: Durability;
  readonly store: StoreName;
  readonly journal: JournalName | undefined;
}

/** Where a cell keeps what survives. */
export interface Place {
  readonly folder: string;
  /** The table in PostgreSQL, and the server; nothing where none answers. */
  readonly table: string;
  readonly connectionString: string | undefined;
}

/** What a child is told; survives JSON. */
export interface Orders {
  readonly cell: Cell;
  readonly place: Place;
  /** Of each key, the number of the first write. */
  readonly first: Readonly<Record<string, number>>;
}

/** Every durability over every store, and with both journals where it needs one. */
export const cells: readonly Cell[] = (['sqlite', 'postgres'] as const).flatMap((store) => [
  { durability: 'memory' as const, store, journal: undefined },
  ...(['journal', 'fsync'] as const).flatMap((durability) =>
    (['file', 'sqlite'] as const).map((journal) => ({ durability, store, journal })),
  ),
]);

export function nameOf({ durability, store, journal }: Cell): string {
  return [store, durability, journal].filter(Boolean).join(' ');
}

/** A cache that is slow to flush, so that much is pending whenever it dies. */
export function optionsOf({ durability, store, journal }: Cell, place: Place): CacheOptions<number> {
  return {
    name: 'crash',
    codec: 'json',
    store: storeOf(store, place),
    writePolicy: 'writeBack',
    writeBack: {
      durability,
      ...(journal && { journal: journals[journal](join(place.folder, 'journal')) }),
      flushInterval: 30,
      flushCount: 50,
    },
  };
}

/** The store alone, as it was left. */
export function storeOf(store: StoreName, { folder, table, connectionString }: Place): BackingStoreFactory {
  return store === 'sqlite'
    ? sqlite({ file: join(folder, 'crash.db') })
    : postgres({ table, connectionString });
}
