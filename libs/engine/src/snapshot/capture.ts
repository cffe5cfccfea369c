import type { BackingStore, Encoded, Row } from '../store/backing-store.js';
import { encode, encodeIfPossible } from './encoding.js';
import { EntryColumns } from './entry-columns.js';
import { kept } from './freshness.js';
import type { InCharge, SnapshotParts } from './parts.js';
import type { SnapshotEntry } from './snapshot.js';

/** Everything that a cache held at one moment, not written yet. The cache may go on meanwhile: nothing here changes. */
export interface Capture extends InCharge {
  /** Wall time, as epoch milliseconds. */
  readonly takenAt: number;
  readonly codec: string;
  readonly size: number;
  /** The entries as the codec writes them, each encoded when it is asked for. */
  entries(): Iterable<SnapshotEntry>;
  /** `undefined` where there is no store. To be gone through once. */
  readonly rows: AsyncIterable<readonly Row[]> | undefined;
  /** Lets go of the store, also where the rows were not gone through. */
  end(): Promise<void>;
}

/** How a cache is to be captured. */
export interface CaptureOptions extends InCharge {
  /** Whether entries are left out whose value cannot be written; otherwise they fail it. */
  readonly skipsUnwritable?: boolean;
  /** Whether an entry was loaded and is not in the store yet. It is left out, since the rows do not have it. */
  readonly awaitsStore?: (key: string, version: number) => boolean;
}

/**
 * Captures a cache: the entries in one go, by reference, and the rows from the first of them on. To be called while nobody writes, with nothing
 * pending; when it has answered, everybody may write again.
 */
export async function capture<V>(
  parts: SnapshotParts<V>,
  { eviction, writePolicy, skipsUnwritable = false, awaitsStore = () => false }: CaptureOptions,
): Promise<Capture> {
  const { memory, store, codec, clock } = parts;
  const [takenAt, now] = [clock.wallNow(), clock.now()];
  const columns = new EntryColumns<V>();
  for (const entry of memory.inEvictionOrder())
    if (!awaitsStore(entry.key, entry.state.version)) columns.push(entry);
  const encoded = (key: string, value: V): Encoded | undefined =>
    skipsUnwritable ? encodeIfPossible(codec, key, value) : encode(codec, key, value);
  const pages = store && (await begin(currentRows(parts, store)));
  return {
    eviction,
    writePolicy,
    takenAt,
    codec: codec.name,
    size: columns.size,
    *entries() {
      for (const { key, state, hits } of columns) {
        const { expiresAt, version, tags, freshness } = state;
        const remainingMs = expiresAt === Infinity ? undefined : expiresAt - now;
        const value = encoded(key, state.value);
        if (value === undefined) continue;
        yield { key, value, remainingMs, hits, version, tags, freshness: freshness && kept(freshness, now) };
      }
    },
    rows: pages?.rows,
    end: async () => pages?.end(),
  };
}

/** Rows that were invalidated, and could not be deleted, are not to come back with a restore. */
async function* currentRows<V>(
  { currentNow }: SnapshotParts<V>,
  store: BackingStore,
): AsyncGenerator<readonly Row[], void> {
  const isCurrent = currentNow();
  const pages = store.scan === undefined ? [await store.rows()] : store.scan();
  for await (const page of pages) yield store.role === 'cache' ? page.filter(isCurrent) : page;
}

/** Asks for the first page, which decides how all of them stand. */
async function begin(
  pages: AsyncGenerator<readonly Row[], void>,
): Promise<{ readonly rows: AsyncIterable<readonly Row[]>; end(): Promise<void> }> {
  const first = await pages.next();
  async function* rows(): AsyncGenerator<readonly Row[], void> {
    if (first.done === true) return;
    yield first.value;
    yield* pages;
  }
  return { rows: rows(), end: async () => void (await pages.return()) };
}
