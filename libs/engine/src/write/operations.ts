import { type Clock, toWallTime } from '../kernel/clock.js';
import type { Change } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { unstorableValue } from '../kernel/errors.js';
import type { Operation, Row } from '../store/backing-store.js';
import type { Codec } from '../store/codec.js';
import type { Verdict, WritePolicy } from './policy.js';

/** How entries become rows. */
export interface Encoding {
  readonly codec: Codec;
  readonly clock: Clock;
  /** Whether rows expire. */
  readonly isCache: boolean;
}

/** The operation that makes a change. @param version that of a deletion. @throws CacheError `bad_value`. */
export function operationOf<V>(encoding: Encoding, [key, entry]: Change<V>, version: number): Operation {
  if (entry === undefined) return { type: 'delete', key, version };
  return { type: 'set', row: rowOf(encoding, key, entry) };
}

/** @throws CacheError `bad_value`. */
export function rowOf<V>(
  { codec, clock, isCache }: Encoding,
  key: string,
  { value, expiresAt, version, tags, freshness }: EntryState<V>,
): Row {
  const wallTime = (deadline: number): number | undefined =>
    isCache ? toWallTime(clock, deadline) : undefined;
  const [ends, stales] = [wallTime(expiresAt), wallTime(freshness?.until ?? Infinity)];
  try {
    return { key, value: codec.encode(value, key), expiresAt: ends, version, tags, freshUntil: stales };
  } catch (error) {
    throw unstorableValue(key, codec.name, error);
  }
}

/** Gives operations to a policy by the narrowest of its methods. */
export function acknowledge(policy: WritePolicy, operations: readonly Operation[]): Promise<Verdict> {
  const [first] = operations;
  if (first === undefined || operations.length > 1) return policy.onBatch(operations);
  if (first.type === 'set') return policy.onSet(first.row);
  return policy.onDelete(first.key, first.version).then(() => 'drop');
}
