import type { Invalidation, InvalidationScope } from 'nuthatch/engine';
import type { Commands } from './commands.js';
import { scripts } from './scripts.js';

/** So many invalidations are remembered; beyond, the older half becomes one that covers all entries of its time. */
const MOST_MARKS = 10_000;
const MARKS_PER_CALL = 1000;
const SCOPES: ReadonlySet<string> = new Set<InvalidationScope>(['tag', 'prefix', 'pattern']);
const EVERYTHING = fieldOf({ scope: 'prefix', name: '' });

/** The invalidations of a cache, in a hash: their versions by scope and name. */
export class Marks {
  readonly #commands: Commands;
  readonly #key: string;
  readonly #most: number;

  constructor(commands: Commands, key: string, most: number = MOST_MARKS) {
    this.#commands = commands;
    this.#key = key;
    this.#most = most;
  }

  async add(invalidations: readonly Invalidation[]): Promise<void> {
    for (let start = 0; start < invalidations.length; start += MARKS_PER_CALL) {
      const some = invalidations.slice(start, start + MARKS_PER_CALL);
      const fields = some.flatMap((each) => [fieldOf(each), String(each.version)]);
      const args = [this.#most, EVERYTHING, ...fields];
      await this.#commands.script('invalidate', scripts.REMEMBER, { keys: [this.#key], args });
    }
  }

  /** In order of version. */
  async all(): Promise<readonly Invalidation[]> {
    const found = await this.#commands.run('read invalidations', (client) => client.hgetall(this.#key));
    const marks = Object.entries(found).flatMap(([field, version]) => markIn(field, Number(version)) ?? []);
    return marks.sort((one, other) => one.version - other.version);
  }
}

/** JSON, since it writes every text: half of a surrogate pair, too, which may be where a prefix ends. */
function fieldOf({ scope, name }: Pick<Invalidation, 'scope' | 'name'>): string {
  return `${scope}:${JSON.stringify(name)}`;
}

/** What somebody else has put there is nobody's invalidation. */
function markIn(field: string, version: number): Invalidation | undefined {
  const end = field.indexOf(':');
  const scope = field.slice(0, end);
  const name = parse(field.slice(end + 1));
  if (!isScope(scope) || name === undefined || Number.isNaN(version)) return undefined;
  return { scope, name, version };
}

function isScope(scope: string): scope is InvalidationScope {
  return SCOPES.has(scope);
}

function parse(text: string): string | undefined {
  try {
    const name: unknown = JSON.parse(text);
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
