import { assertKey } from '../kernel/assert-key.js';
import { assertTags } from '../kernel/assert-tags.js';
import { badOption } from '../kernel/errors.js';
import { assertKnown } from '../kernel/option-names.js';
import type { Invalidation } from '../kernel/invalidation.js';
import { compilePattern, LONGEST_PATTERN, type Pattern } from './patterns.js';

/** What is to be invalidated: every entry that any of it is about. */
export interface Targets {
  /** Entries by their keys. */
  readonly keys?: readonly string[] | undefined;
  /** Entries that carry one of the tags. */
  readonly tags?: readonly string[] | undefined;
  /** Entries whose keys match one of the patterns. */
  readonly matching?: readonly string[] | undefined;
  /** Entries whose keys begin with one of the namespaces and a `:`. */
  readonly namespaces?: readonly string[] | undefined;
}

/** Targets that were checked. */
export interface Plan {
  readonly keys: readonly string[];
  readonly marks: readonly Omit<Invalidation, 'version'>[];
}

const KNOWN: readonly (keyof Targets)[] = ['keys', 'tags', 'matching', 'namespaces'];

/** @throws CacheError `bad_option`, `bad_key`, `bad_pattern` naming what is wrong; nothing was invalidated. */
export function planOf(targets: Targets): Plan {
  if (typeof targets !== 'object' || targets === null)
    throw badOption('targets', 'an object such as { tags: [...] }', targets);
  assertKnown(targets, KNOWN);
  const { keys = [], tags = [], matching = [], namespaces = [] } = targets;
  for (const [name, list] of Object.entries({ keys, matching, namespaces })) assertList(name, list);
  assertTags(tags);
  keys.forEach(assertKey);
  const patterns = matching.map(compilePattern);
  return {
    keys: [...new Set([...keys, ...patterns.filter(isKey).map(({ prefix }) => prefix)])],
    marks: [
      ...tags.map((name) => ({ scope: 'tag', name }) as const),
      ...namespaces.map((name) => ({ scope: 'prefix', name: prefixOf(name) }) as const),
      ...patterns.filter((pattern) => !isKey(pattern)).map(markOf),
    ],
  };
}

function assertList(name: string, list: unknown): void {
  if (!Array.isArray(list)) throw badOption(name, 'an array of strings', list);
}

function isKey({ kind }: Pattern): boolean {
  return kind === 'key';
}

/** A pattern of one star at its end is a prefix, which is looked up and not tried. */
function markOf({ kind, prefix, text }: Pattern): Plan['marks'][number] {
  return kind === 'prefix' ? { scope: 'prefix', name: prefix } : { scope: 'pattern', name: text };
}

function prefixOf(namespace: unknown): string {
  if (typeof namespace === 'string' && /[*?]/.test(namespace))
    throw badOption('namespace', 'a prefix, not a pattern; invalidateMatching takes patterns', namespace);
  const isName = typeof namespace === 'string' && namespace !== '' && namespace.length <= LONGEST_PATTERN;
  if (isName && !namespace.endsWith(':')) return `${namespace}:`;
  throw badOption(
    'namespace',
    `a non-empty string of at most ${LONGEST_PATTERN} characters that does not end in ":"`,
    namespace,
  );
}
