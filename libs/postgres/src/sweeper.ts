import { compilePattern, type Invalidation } from 'nuthatch/engine';
import type { Database } from './database.js';
import { digestOf, nameColumn } from './invalidations.js';
import { GONE_AT_ONCE, type Statements } from './sql.js';
import { fromColumn, isWellFormed, type Keys, toColumn } from './text.js';

/** After how many invalidations it is seen whether there are too many. */
const COUNT_EVERY = 1000;
/** The rows of so many tags are deleted together. */
const TAGS_AT_ONCE = 500;

/** What a sweeper works with. */
export interface SweeperParts {
  readonly database: Database;
  readonly sql: Statements;
  readonly keys: Keys;
}

/**
 * Deletes the rows that invalidations have made gone, behind the calls of the store and a piece at a time, and sums invalidations up where there
 * are too many. Nobody sees such a row meanwhile, so what fails is left until the next invalidation, or the next opening.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #waiting = new Map<string, Invalidation>();
  #sweeping: Promise<void> | undefined;
  #isClosed = false;
  #untilCount = 0;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** Deletes what they make gone, later. */
  add(invalidations: readonly Invalidation[]): void {
    for (const { scope, name, version } of invalidations) this.#wait({ scope, name, version });
    this.#untilCount -= invalidations.length;
    if (this.#waiting.size > 0) this.#sweeping ??= this.#sweep();
  }

  /** Resolves when it has ended where it was. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    try {
      while (this.#waiting.size > 0 && !this.#isClosed) {
        if (this.#untilCount < 0) await this.#sumUp();
        const some = this.#next();
        if (!(await this.#deleteRows(some))) return;
        await this.#markSwept(some);
      }
    } catch {
      // A server that does not answer says so to those who call the store; what is waiting stays.
    } finally {
      this.#sweeping = undefined;
    }
  }

  async #sumUp(): Promise<void> {
    const { database, sql, keys } = this.#parts;
    this.#untilCount = COUNT_EVERY;
    const { rows } = await database.transaction('batch', async (session) => {
      await session.run(sql.lockInvalidations);
      return session.run(sql.sumUp, [keys.namespace, digestOf(''), nameColumn('')]);
    });
    // The statement answers the version of the sum, where it has made one.
    const [sum] = rows as readonly { readonly version: string }[];
    if (sum === undefined) return;
    const version = Number(sum.version);
    for (const [id, waiting] of this.#waiting) if (waiting.version <= version) this.#waiting.delete(id);
    this.#wait({ scope: 'prefix', name: '', version });
  }

  /** Some tags, or one of another scope. They are put behind the others, in case that they fail time and again. */
  #next(): readonly Invalidation[] {
    const all = [...this.#waiting.values()];
    const isTag = ({ scope }: Invalidation): boolean => scope === 'tag';
    const some =
      all[0] !== undefined && isTag(all[0]) ? all.filter(isTag).slice(0, TAGS_AT_ONCE) : all.slice(0, 1);
    for (const each of some) this.#wait(each);
    return some;
  }

  #wait(invalidation: Invalidation): void {
    this.#waiting.delete(idOf(invalidation));
    this.#waiting.set(idOf(invalidation), invalidation);
  }

  async #markSwept(some: readonly Invalidation[]): Promise<void> {
    const { database, sql, keys } = this.#parts;
    const scopes = some.map(({ scope }) => scope);
    const digests = some.map(({ name }) => digestOf(name));
    const versions = some.map(({ version }) => version);
    await database.run(sql.markSwept, [keys.namespace, scopes, digests, versions]);
    for (const each of some) if (this.#waiting.get(idOf(each)) === each) this.#waiting.delete(idOf(each));
  }

  /** Answers whether all of them are deleted. @param some tags, or one of another scope. */
  #deleteRows(some: readonly Invalidation[]): Promise<boolean> {
    const [first] = some;
    return first === undefined || first.scope === 'tag' ? this.#deleteTagged(some) : this.#deleteKeys(first);
  }

  async #deleteTagged(some: readonly Invalidation[]): Promise<boolean> {
    const { database, sql, keys } = this.#parts;
    // No row carries a tag that is no Unicode.
    const found = some.filter(({ name }) => isWellFormed(name));
    const tags = found.map(({ name }) => toColumn(name, 'a tag'));
    const values = [keys.namespace, tags, found.map(({ version }) => version)];
    while (!this.#isClosed) {
      const { rowCount } = await database.run(sql.deleteTagged, values);
      if ((rowCount ?? 0) < GONE_AT_ONCE) return true;
    }
    return false;
  }

  /** Keys are fetched by what is certain of their beginning, and then looked at. */
  async #deleteKeys(invalidation: Invalidation): Promise<boolean> {
    const { database, sql, keys } = this.#parts;
    const { version } = invalidation;
    const { prefix, matches } = aimOf(invalidation);
    const end = endOf(prefix);
    for (let from = prefix; !this.#isClosed;) {
      const { rows } = await database.run(sql.keysBetween, [keys.namespace, from, end, version]);
      const found = (rows as readonly { readonly key: string }[]).map(({ key }) => key);
      const gone = found.filter((key) => matches(fromColumn(key)));
      const before = gone.map(() => version + 1);
      if (gone.length > 0) await database.run(sql.delete, [keys.namespace, gone, before, true]);
      if (found.length < GONE_AT_ONCE) return true;
      // Nothing stands between a key and that key with the least of all characters.
      from = `${found.at(-1)}\u0001`;
    }
    return false;
  }
}

function idOf({ scope, name }: Invalidation): string {
  return `${scope} ${name}`;
}

/** How the columns of all keys begin that an invalidation may be about, and which of those keys it is about. */
function aimOf({ scope, name }: Invalidation): {
  readonly prefix: string;
  readonly matches: (key: string) => boolean;
} {
  const { prefix, matches } =
    scope === 'pattern'
      ? compilePattern(name)
      : { prefix: name, matches: (key: string) => key.startsWith(name) };
  // Half of a surrogate pair at the end may begin a character of a key.
  const whole = isWellFormed(prefix) ? prefix : prefix.slice(0, -1);
  return { prefix: isWellFormed(whole) ? toColumn(whole, 'a key') : '', matches };
}

/** The least text that is larger than every text with this beginning, in the order of UTF-8; `null` where there is none. */
export function endOf(prefix: string): string | null {
  const codes = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codes.at(-1) === 0x10ffff) codes.pop();
  const last = codes.pop();
  if (last === undefined) return null;
  // Surrogates are no characters.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...codes, next);
}
