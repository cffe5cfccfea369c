import { type ByteSize, CacheError, parseByteSize } from 'nuthatch/engine';

/** How processes tell each other of changes over Redis. */
export interface BusOptions {
  /**
   * How many entries the stream keeps; 10,000 by default, and a few more. A process that was away for longer than these last reads nothing old from
   * memory after that.
   */
  readonly maxLength?: number | undefined;
  /**
   * The most that one entry of the stream takes; `'256kb'` by default, at least `'1kb'`. More is split; an event that alone takes more is refused.
   * The same in all processes.
   */
  readonly maxEntryBytes?: ByteSize | undefined;
  /**
   * Known to all processes and nobody else: entries are signed by it, and what is not signed is ignored. At least 16 characters or bytes. It keeps
   * those who can write to Redis from putting words into the mouth of a process; not from reading along, nor from deleting entries, which counts as
   * missed where it is noticed.
   */
  readonly secret?: string | Uint8Array | undefined;
}

/** Options with every value in its place. */
export interface BusSettings {
  readonly maxLength: number;
  readonly maxEntryBytes: number;
  readonly secret: string | Uint8Array | undefined;
}

const KNOWN: Readonly<Record<keyof BusOptions, true>> = {
  maxLength: true,
  maxEntryBytes: true,
  secret: true,
};
const LEAST_ENTRY_BYTES = 1024;
const LEAST_SECRET = 16;

/** @throws CacheError `bad_option`; the secret is never shown. */
export function resolveBusOptions(options: BusOptions): BusSettings {
  if (typeof options !== 'object' || options === null)
    throw badBusOption('', `options such as { maxLength: 10_000 }, got ${typeof options}`);
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(KNOWN, name));
  if (unknown.length > 0)
    throw new CacheError('bad_option', `there is no option bus.${unknown[0]}; there are ${knownNames()}`);
  const { maxLength = 10_000, maxEntryBytes = '256kb', secret } = options;
  if (!Number.isSafeInteger(maxLength) || maxLength < 1)
    throw badBusOption('.maxLength', `a positive whole number, got ${String(maxLength)}`);
  const bytes = parseByteSize('bus.maxEntryBytes', maxEntryBytes);
  if (bytes < LEAST_ENTRY_BYTES)
    throw badBusOption('.maxEntryBytes', `at least ${LEAST_ENTRY_BYTES}, got ${bytes}`);
  assertSecret(secret);
  return { maxLength, maxEntryBytes: bytes, secret };
}

function assertSecret(secret: unknown): void {
  if (secret === undefined) return;
  const length = typeof secret === 'string' || secret instanceof Uint8Array ? secret.length : undefined;
  const expected = `a string or bytes of at least ${LEAST_SECRET}`;
  if (length === undefined) throw badBusOption('.secret', `${expected}, got ${typeof secret}`);
  if (length < LEAST_SECRET) throw badBusOption('.secret', `${expected}, got ${length}`);
}

function knownNames(): string {
  return Object.keys(KNOWN)
    .map((name) => `bus.${name}`)
    .join(', ');
}

function badBusOption(option: string, what: string): CacheError {
  return new CacheError('bad_option', `bus${option} must be ${what}`);
}
