import type { Change, RecordStore, RecordWriteOptions } from 'nuthatch/engine';

/** A record of the tests. `note` is left out where there is none. */
export interface Bird {
  readonly name: string;
  readonly wings: number;
  readonly note?: string;
}

/** Records in a `Map`, with a rule: a bird has no negative number of wings. */
export class MapRecords implements RecordStore<Bird> {
  /** How each method was called, in order. */
  readonly calls: string[] = [];
  readonly records: Map<string, Bird>;

  constructor(records = new Map<string, Bird>()) {
    this.records = records;
  }

  async load(key: string): Promise<Bird | undefined> {
    this.calls.push(`load ${key}`);
    return this.records.get(key);
  }

  async write(changes: readonly Change<Bird>[], options?: RecordWriteOptions): Promise<void> {
    this.calls.push(`write ${changes.map(({ type, key }) => `${type} ${key}`).join(', ')}`);
    if (options?.replay === true) this.calls.push('which was a replay');
    for (const change of changes) assertTakes(change);
    for (const change of changes) this.apply(change);
  }

  protected apply(change: Change<Bird>): void {
    if (change.type === 'set') this.records.set(change.key, change.value);
    else this.records.delete(change.key);
  }
}

/** As {@link MapRecords}, with all that may be left out. */
export class WholeMapRecords extends MapRecords {
  async loadMany(keys: readonly string[]): Promise<ReadonlyMap<string, Bird>> {
    this.calls.push(`loadMany ${keys.join(' ')}`);
    return new Map([...this.records].filter(([key]) => keys.includes(key)));
  }

  async *scan(): AsyncGenerator<readonly (readonly [string, Bird])[]> {
    for (const record of this.records) yield [record];
  }

  async clear(): Promise<void> {
    this.calls.push('clear');
    this.records.clear();
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}

/** What a table does for its constraints. */
export function assertTakes(change: Change<Bird>): void {
  if (change.type === 'set' && change.value.wings < 0) throw new Error('CHECK constraint failed: wings >= 0');
}

/** The samples of the contract: every other revision leaves out the note. */
export const birds = {
  value: (key: string, revision: number): Bird => ({
    name: key,
    wings: revision,
    ...(revision % 2 === 1 && { note: 'seen once' }),
  }),
  refused: (key: string): Bird => ({ name: key, wings: -1 }),
};
