import type {
  Claim,
  Deletion,
  Filled,
  Invalidation,
  LeaseRequest,
  Row,
  SharedTier,
  TierContext,
  TierRead,
} from 'nuthatch/engine';
import { Chance } from './chance.js';
import { Commands } from './commands.js';
import type { Compression } from './compression.js';
import { encodeRow } from './envelope.js';
import { Gatherer } from './gatherer.js';
import type { RedisHub } from './hub.js';
import { Keys } from './keys.js';
import { Marks } from './marks.js';
import { pagesOf, valuesOf } from './pages.js';
import { NOTHING, type Reading, RecordReader } from './reader.js';
import { expiryOf, headerOf } from './record.js';
import { ScriptGatherer } from './script-gatherer.js';
import { type Script, scripts } from './scripts.js';
import { Sweeper } from './sweeper.js';

/** A record or its header, how long somebody else holds the lease, and what of it all it is. */
type ClaimReply = [record: Buffer, busyMs: number, what: number];

interface Answered {
  readonly claim: Claim;
  /** There is an entry, which is damaged or somebody else's. */
  readonly isUnreadable: boolean;
}

const NO_BYTES = Buffer.alloc(0);
const GRANTED = 1;
const WHOLE = 2;
const FILLED: readonly Filled[] = ['filled', 'awaited', 'fenced'];

/** The entries of one cache in Redis: a key of Redis for each, and scripts for whatever has to be atomic. */
export class RedisTier implements SharedTier {
  readonly #hub: RedisHub;
  readonly #context: TierContext;
  readonly #compression: Compression | undefined;
  readonly #keys: Keys;
  readonly #commands: Commands;
  readonly #gatherer: Gatherer;
  readonly #reader: RecordReader;
  readonly #puts: ScriptGatherer;
  readonly #deletions: ScriptGatherer;
  readonly #claims: ScriptGatherer;
  readonly #fills: ScriptGatherer;
  readonly #releases: ScriptGatherer;
  readonly #marks: Marks;
  readonly #chance = new Chance();
  #unsubscribe: (() => void) | undefined;
  readonly #sweeper: Sweeper;

  constructor(hub: RedisHub, context: TierContext, compression: Compression | undefined) {
    this.#hub = hub;
    this.#context = context;
    this.#compression = compression;
    this.#keys = new Keys(hub.keyPrefix, context.namespace);
    this.#commands = new Commands(hub);
    this.#gatherer = new Gatherer(this.#commands);
    this.#reader = new RecordReader(context);
    const gathering = (operation: string, script: Script): ScriptGatherer =>
      new ScriptGatherer(this.#commands, operation, script);
    this.#puts = gathering('put', scripts.PUT);
    this.#deletions = gathering('delete', scripts.DELETE);
    this.#claims = gathering('claim', scripts.CLAIM);
    this.#fills = gathering('fill', scripts.FILL);
    this.#releases = gathering('release', scripts.RELEASE);
    this.#marks = new Marks(this.#commands, this.#keys.marks);
    this.#sweeper = new Sweeper(this.#commands, this.#keys.pattern, context);
  }

  get isSpread(): boolean {
    return this.#hub.isSpread;
  }

  async open(): Promise<void> {
    this.#unsubscribe ??= this.#hub.onSuspect(this.#context.suspect);
    await this.#hub.open(this);
  }

  get(key: string): Promise<TierRead> {
    return this.#gatherer.read(this.#keys.entry(key)).then((record) => this.#readingOf(record, key));
  }

  async getMany(keys: readonly string[]): Promise<readonly TierRead[]> {
    const records = await this.#gatherer.readMany(keys.map((key) => this.#keys.entry(key)));
    const readings = records.map((record, at) => this.#reader.read(record, keys[at] ?? ''));
    // Most is there at once; only where something has to be expanded is anything waited for.
    if (readings.every(isThere)) return readings.map(({ read }) => read);
    return Promise.all(readings.map(async ({ read, later }) => read ?? later));
  }

  async put(rows: readonly Row[], sent?: () => void): Promise<readonly number[]> {
    const encoded = rows.map((row) => this.#encode(row));
    // Where nothing is compressed, all are there at once, and are sent at once.
    const records = encoded.every(isBuffer) ? encoded : await Promise.all(encoded);
    const calls = rows.map((row, at) => ({
      key: this.#keys.entry(row.key),
      args: [records[at] ?? NO_BYTES, expiryOf(row)],
    }));
    return (await this.#puts.all(calls, sent)).map(Number);
  }

  async delete(deletions: readonly Deletion[], sent?: () => void): Promise<readonly number[]> {
    const calls = deletions.map(({ key, version }) => ({
      key: this.#keys.entry(key),
      args: [version, this.#chance.next()],
    }));
    return (await this.#deletions.all(calls, sent)).map(Number);
  }

  async claim(key: string, request: LeaseRequest): Promise<Claim> {
    const { claim, isUnreadable } = await this.#claim(key, request);
    if (!isUnreadable) return claim;
    // It has been seen now, and cannot be used.
    return (await this.#claim(key, { ...request, seen: claim.stamp })).claim;
  }

  async fill(row: Row, { stamp, token = '' }: Pick<Claim, 'stamp' | 'token'>): Promise<Filled> {
    const args = [bytesOf(stamp), bytesOf(token), await this.#encode(row), expiryOf(row)];
    const answer = await this.#fills.call({ key: this.#keys.entry(row.key), args });
    return FILLED[Number(answer)] ?? 'fenced';
  }

  async release(key: string, token: string): Promise<boolean> {
    const call = { key: this.#keys.entry(key), args: [bytesOf(token)] };
    return (await this.#releases.call(call)) === 1;
  }

  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.#marks.add(invalidations);
  }

  invalidations(): Promise<readonly Invalidation[]> {
    return this.#marks.all();
  }

  /** Goes on in the background; one that is asked for meanwhile begins after it. What was written since the call may go, too. */
  async clear(): Promise<void> {
    this.#sweeper.sweep();
  }

  async *scan(): AsyncGenerator<readonly Row[], void> {
    for await (const page of pagesOf(this.#commands, this.#keys.pattern)) {
      const values = await valuesOf(this.#commands, page);
      const reads = values.map((value, at) => this.#reader.readFound(value, page.keys[at] ?? ''));
      const rows = (await Promise.all(reads)).filter((row) => row !== undefined);
      if (rows.length > 0) yield rows;
    }
  }

  async time(): Promise<number> {
    const input = { keys: [this.#keys.marks], args: [] };
    const [seconds, micros] = (await this.#commands.script(
      'read the time',
      scripts.TIME,
      input,
    )) as unknown[];
    return Number(seconds) * 1000 + Number(micros) / 1000;
  }

  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#sweeper.end();
    this.#hub.close(this);
  }

  #readingOf(record: Buffer | null, key: string): TierRead | Promise<TierRead> {
    const { read, later } = this.#reader.read(record, key);
    return read ?? later;
  }

  async #claim(key: string, { seen, leaseMs }: LeaseRequest): Promise<Answered> {
    const token = this.#chance.next();
    const args = [bytesOf(seen), leaseMs, token, this.#chance.next()];
    const call = { key: this.#keys.entry(key), args };
    // As the script answers.
    const [record, busyMs, what] = (await this.#claims.call(call)) as ClaimReply;
    const isWhole = what === WHOLE;
    const read = isWhole ? await this.#readingOf(record, key) : readHeader(record);
    const { row, stamp, version } = read;
    const claim = { row, stamp, version, busyMs, token: what === GRANTED ? token.toString('latin1') : undefined }; // prettier-ignore
    return { claim, isUnreadable: isWhole && read.row === undefined };
  }

  #encode(row: Row): Buffer | Promise<Buffer> {
    return encodeRow(row, this.#chance.next(), this.#compression);
  }
}

/** What is known of a key without its entry. */
function readHeader(record: Buffer): TierRead {
  const { stamp, version } = headerOf(record) ?? NOTHING;
  return { row: undefined, stamp, version };
}

/** Stamps and tokens are bytes to Redis, and texts of one character a byte to everybody else. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function isBuffer(record: Buffer | Promise<Buffer>): record is Buffer {
  return Buffer.isBuffer(record);
}

function isThere(reading: Reading): reading is Extract<Reading, { readonly read: TierRead }> {
  return reading.read !== undefined;
}
