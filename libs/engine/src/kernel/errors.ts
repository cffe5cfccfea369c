import { types } from 'node:util';
import type { CacheErrorCode } from './error-codes.js';

export type { CacheErrorCode };

/** The one error class of Nuthatch: `code` tells what happened, `message` names the option or key, `cause` is kept. */
export class CacheError extends Error {
  override readonly name = 'CacheError';

  constructor(
    readonly code: CacheErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Every wrong option of one call in one error, so that they are mended in one go. */
export function badOptions(problems: readonly CacheError[]): CacheError {
  const [first] = problems;
  if (problems.length === 1 && first !== undefined) return first;
  return new CacheError('bad_option', problems.map((problem) => `- ${problem.message}`).join('\n'), first);
}

/** Says that `option` must be `expected`. */
export function badOption(option: string, expected: string, found: unknown): CacheError {
  return new CacheError('bad_option', `${option} must be ${expected}, got ${show(found)}`);
}

/** Says that there is no option of this name, and which there are. */
export function unknownOption(name: string, known: readonly string[]): CacheError {
  return new CacheError('bad_option', `there is no option ${name}; there are ${known.join(', ')}`);
}

/** Says that a key is not one. */
export function badKey(found: unknown): CacheError {
  return new CacheError('bad_key', `key must be a non-empty string, got ${show(found)}`);
}

/** Says that a part of a key has no encoding that is sure to be its own. */
export function unsupportedKeyPart(path: string, found: unknown): CacheError {
  const remedy = 'pass plain data, or build the key from the fields that identify it';
  return new CacheError('bad_key', `${path} cannot be part of a key: got ${show(found)}; ${remedy}`);
}

/** Says that the value of `key` cannot be encoded, and why. */
export function unstorableValue(key: string, codec: string, cause: unknown): CacheError {
  return new CacheError(
    'bad_value',
    `the value of ${show(key)} cannot be stored by the ${codec} codec: ${reason(cause)}`,
    cause,
  );
}

/** Says that what is stored under `key` cannot be decoded. */
export function unreadableValue(key: string, codec: string, cause: unknown): CacheError {
  return new CacheError(
    'bad_value',
    `what is stored under ${show(key)} cannot be read by the ${codec} codec: ${reason(cause)}`,
    cause,
  );
}

/** Says that `name` is not in the register of `what`, and lists what is. */
export function unknownName(option: string, name: unknown, known: readonly string[]): CacheError {
  return new CacheError(
    'unknown_name',
    `${option} must be one of ${known.join(', ')} or a factory, got ${show(name)}`,
  );
}

/** Says that this is no store, and how one is made. */
export function unknownStore(found: unknown): CacheError {
  const expected = "'map', a factory such as sqlite({ file: 'cache.db' }) of nuthatch/sqlite, or a store";
  return new CacheError('unknown_name', `store must be ${expected}, got ${show(found)}`);
}

/** Says which call on the backing store failed. */
export function storeFailed(operation: string, cause: unknown): CacheError {
  if (cause instanceof CacheError) return cause;
  return new CacheError('store_failed', `the backing store failed to ${operation}: ${reason(cause)}`, cause);
}

/** Says that the store at `place` cannot be used, and what to do. */
export function storeUnusable(place: string, why: string, cause?: unknown): CacheError {
  return new CacheError('store_unusable', `${place} cannot be used: ${why}`, cause);
}

/** Says that the journal at `place` cannot be used, and what to do. */
export function journalUnusable(place: string, why: string, cause?: unknown): CacheError {
  return new CacheError('journal_unusable', `${place} cannot be used as a journal: ${why}`, cause);
}

/** Says how many writes are pending, and that there is no room for more. */
export function tooManyPending(pending: number, bytes: number): CacheError {
  return new CacheError(
    'too_many_pending',
    `${counted(pending, 'write')} of ${counted(bytes, 'byte')} ${pending === 1 ? 'is' : 'are'} pending, which is as many as may be: the store is slower than the writers, or down`,
  );
}

/** Says how many dead letters are left, and what to do. */
export function deadLettersLeft(count: number): CacheError {
  const remedy = 'deadLetters.retry() tries to store them again, deadLetters.discard() forgets them';
  return new CacheError(
    'dead_letters_left',
    `${counted(count, 'dead letter')} ${count === 1 ? 'is' : 'are'} left; ${remedy}`,
  );
}

/** Says which package to install, or which version. */
export function missingPeer(what: string, remedy: string, cause?: unknown): CacheError {
  return new CacheError('missing_peer', `${what}; ${remedy}`, cause);
}

/** Says that the key has changed since the command that would be undone or redone. */
export function undoConflict(key: string): CacheError {
  return new CacheError(
    'undo_conflict',
    `${show(key)} has been changed since; undoing would overwrite that change`,
  );
}

/** Says what a command does that it must not; nothing was changed. */
export function badCommand(name: string, why: string): CacheError {
  return new CacheError('bad_command', `the command ${show(name)} ${why}`);
}

/** Says that a command was not run, since what it would remove is more than may be kept. */
export function notUndoable(name: string, maxBytes: number): CacheError {
  const remedy = 'raise historyBytes, or make the change without a command';
  return new CacheError(
    'not_undoable',
    `the command ${name} was not run: to undo it, more than historyBytes (${maxBytes}) would have to be kept; ${remedy}`,
  );
}

/** Says that the handle of a batch outlives it. */
export function batchEnded(): CacheError {
  return new CacheError('closed', 'this batch has ended: its handle can be used only inside its block');
}

/** Says what is wrong with a secret, in words that do not show it. */
export function badSecret(option: string, expected: string, found: string): CacheError {
  return new CacheError('bad_option', `${option} must be ${expected}, got ${found}`);
}

/** Says why an encrypted value was not decrypted; the id of its key is all that is shown of it. */
export function badSeal(why: string, cause?: unknown): CacheError {
  return new CacheError('bad_value', why, cause);
}

/** Says why a snapshot is refused; the cache is unchanged. */
export function badSnapshot(why: string, cause?: unknown): CacheError {
  return new CacheError('bad_snapshot', `the snapshot was not restored: ${why}`, cause);
}

/** Says that a snapshot could not be written to `file`; what was there is still there. */
export function unwritableSnapshot(file: string, cause: unknown): CacheError {
  if (cause instanceof CacheError) return cause;
  return new CacheError('bad_snapshot', `the snapshot ${file} could not be written: ${reason(cause)}`, cause);
}

/** Says that an entry is larger than may be written to a snapshot file, or read from one. */
export function oversizedEntry(key: string, bytes: number, mostBytes: number): CacheError {
  return new CacheError(
    'bad_value',
    `the entry ${show(key)} takes ${bytes} bytes, maxEntryBytes is ${mostBytes}`,
  );
}

/** Says why a text of entries is refused; the cache is unchanged. */
export function badText(why: string, cause?: unknown): CacheError {
  return new CacheError('bad_snapshot', `the text was not taken in: ${why}`, cause);
}

/** Says which rule of the eviction contract was broken. */
export function brokenStrategy(strategy: string, why: string): CacheError {
  return new CacheError('broken_strategy', `eviction strategy ${strategy}: ${why}`);
}

/** Says what is wrong with a decorated method or a declared cache, and the remedy. */
export function badDeclaration(where: string, why: string): CacheError {
  return new CacheError('bad_declaration', `${where}: ${why}`);
}

/** Says that a trace cannot be written to `file`. */
export function unwritableTrace(file: string, cause: unknown): CacheError {
  return new CacheError('bad_trace', `${file} cannot be written: ${reason(cause)}`, cause);
}

/** Says that an access log cannot be read; nothing was warmed. */
export function unreadableAccessLog(file: string, cause: unknown): CacheError {
  return new CacheError('bad_trace', `the access log ${file} cannot be read: ${reason(cause)}`, cause);
}

/** Says that the cache is closed. */
export function closed(what: string): CacheError {
  return new CacheError('closed', `${what} is closed`);
}

/** `1 key`, `2 keys`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The message of whatever was thrown. Errors of another realm, as Node's own are under jest, are errors too. */
export function reason(thrown: unknown): string {
  return thrown instanceof Error || types.isNativeError(thrown) ? thrown.message : show(thrown);
}

/** A short description of a wrong thing that shows its type and never more than a line of it. */
export function show(found: unknown): string {
  if (typeof found === 'string') return JSON.stringify(found.length > 80 ? `${found.slice(0, 80)}…` : found);
  if (typeof found === 'function') return `function ${found.name || '(anonymous)'}`;
  if (typeof found === 'object' && found !== null) return describeObject(found);
  return typeof found === 'bigint' ? `${found}n` : String(found);
}

function describeObject(found: object): string {
  if (Array.isArray(found)) return `an array of ${found.length}`;
  const name: unknown = found.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? `an instance of ${name}` : 'an object';
}
