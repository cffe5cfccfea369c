import { createHmac, randomBytes } from 'node:crypto';
import { badOption } from '../kernel/errors.js';

/** Whether keys are written as they are, as hashes, or not at all. */
export type LoggedKeys = 'plain' | 'hashed' | 'none';

const DIGITS = 16;
const KEYS: readonly LoggedKeys[] = ['plain', 'hashed', 'none'];

/**
 * What is written in the place of a key: the key, 16 hexadecimal digits of an HMAC (SHA-256) of it, or nothing. Without a salt the
 * hashes are those of this function alone, and cannot be found by guessing keys.
 */
export function showKeys(keys: LoggedKeys, salt?: string): (key: string) => string {
  if (keys === 'plain') return (key) => key;
  if (keys === 'none') return () => '';
  const secret = salt ?? randomBytes(DIGITS);
  return (key) => createHmac('sha256', secret).update(key).digest('hex').slice(0, DIGITS);
}

/** @throws CacheError `bad_option`. */
export function parseKeys(keys: LoggedKeys): LoggedKeys {
  if (KEYS.includes(keys)) return keys;
  throw badOption('keys', "'plain', 'hashed' or 'none'", keys);
}

/** With an empty secret, whoever guesses a key would know its hash. @throws CacheError `bad_option`. */
export function parseSalt(salt: unknown): string | undefined {
  if (salt === undefined || (typeof salt === 'string' && salt !== '')) return salt;
  // It is a secret.
  throw badOption('salt', 'a non-empty string', typeof salt);
}
