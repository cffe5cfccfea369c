/**
 * The Redis keys of one cache. Entries are `<prefix>:<cache>:<key>`, so that a hash tag in a key, such as `user:{42}`, is one for Redis, too; what
 * else belongs to the cache is under `<prefix>:{<cache>}:`, where no entry can be, and on one server.
 */
export class Keys {
  /** Of every entry of the cache, and of nothing else. */
  readonly entryPrefix: string;
  /** Finds the entries by `SCAN`. */
  readonly pattern: string;
  /** Where invalidations are remembered. */
  readonly marks: string;

  constructor(keyPrefix: string, namespace: string) {
    this.entryPrefix = `${keyPrefix}:${escapeName(namespace)}:`;
    this.pattern = `${escapeGlob(this.entryPrefix)}*`;
    this.marks = sideKey(keyPrefix, namespace, 'marks');
  }

  /** Two keys may share one where half of a surrogate pair is in them; the entry tells whose it is. */
  entry(key: string): string {
    return this.entryPrefix + (isWellFormed(key) ? key : JSON.stringify(key));
  }
}

/** The Redis key of something that belongs to a cache and is no entry, such as `'marks'`. All of one cache are on one server. */
export function sideKey(keyPrefix: string, namespace: string, what: string): string {
  return `${keyPrefix}:{${escapeName(namespace)}}:${what}`;
}

/** Whether UTF-8 can tell the text from any other: half of a surrogate pair is no Unicode. */
export function isWellFormed(text: string): boolean {
  // Node has it since version 20; the types are those of ES2023.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** No two names become one, and none has a `:` or a brace. */
function escapeName(namespace: string): string {
  const text = isWellFormed(namespace) ? namespace : JSON.stringify(namespace);
  return text.replaceAll(/[%:{}"]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]^]/g, '\\$&');
}
