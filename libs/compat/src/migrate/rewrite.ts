import type ts from 'typescript';
import { cacheNames, type LocalNames, memberOfCache } from './cache-names.js';
import type { Compiler } from './compiler.js';
import { Findings, type Note } from './findings.js';
import { judge } from './imports.js';
import { CACHE_MANAGER, NEST_CACHE_MANAGER } from './known-names.js';
import { moduleReferences, type ModuleReference } from './module-references.js';
import { toMilliseconds } from './seconds.js';
import type { TextEdit } from './text-edits.js';
import { timesIn } from './times-to-live.js';

/** A source, and what is known of it. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** Whether its times to live are in seconds, as cache-manager took them until version 4. */
  readonly isInSeconds: boolean;
}

/** What is to be done with a source. */
export interface Rewriting {
  readonly edits: readonly TextEdit[];
  readonly notes: readonly Note[];
  /** Whether it still needs `cache-manager` itself. */
  readonly keepsCacheManager: boolean;
}

/** Members that a cache had once. */
const GONE: ReadonlyMap<string, string> = new Map([
  ['reset', 'reset() of a cache is clear() since cache-manager 6'],
  ['store', 'store of a cache is stores, a list of Keyvs, since cache-manager 6'],
]);

const NOTHING: Rewriting = { edits: [], notes: [], keepsCacheManager: false };

const WORTH_READING = /cache-manager|CACHE_MANAGER|Cache(Module|Interceptor|Key|TTL)/;

/** Finds what is to be changed in a source, and what is to be looked at. A source that was rewritten has nothing left to be changed. */
export function rewrite(compiler: Compiler, source: Source): Rewriting {
  if (!WORTH_READING.test(source.text)) return NOTHING;
  const file = compiler.createSourceFile(source.file, source.text, compiler.ScriptTarget.Latest, true);
  const references = moduleReferences(compiler, file);
  const findings = new Findings(file);
  let keepsCacheManager = false;
  for (const reference of references) {
    const { module, look } = judge(reference);
    if (module !== undefined) findings.replaceText(reference.specifier, module);
    else keepsCacheManager ||= reference.specifier.text === CACHE_MANAGER;
    if (look !== undefined) findings.look(reference.specifier, look);
  }
  lookIntoUses(compiler, { file, locals: localsOf(references), isInSeconds: source.isInSeconds }, findings);
  return { edits: findings.edits, notes: findings.notes, keepsCacheManager };
}

interface Uses {
  readonly file: ts.SourceFile;
  readonly locals: LocalNames;
  readonly isInSeconds: boolean;
}

function lookIntoUses(compiler: Compiler, { file, locals, isInSeconds }: Uses, findings: Findings): void {
  const caches = cacheNames(compiler, file, locals);
  const visit = (node: ts.Node): void => {
    const times = compiler.isCallExpression(node) ? timesIn(node, { compiler, locals, caches }) : [];
    for (const time of times) toMilliseconds(time, { compiler, isInSeconds }, findings);
    const gone = GONE.get(memberOfCache(compiler, node, caches) ?? '');
    if (gone !== undefined) findings.look(node, gone);
    compiler.forEachChild(node, visit);
  };
  visit(file);
}

/** What a file imports from the packages that are left behind. */
function localsOf(references: readonly ModuleReference[]): LocalNames {
  const locals = new Map<string, Set<string>>();
  for (const { specifier, names } of references) {
    if (specifier.text !== NEST_CACHE_MANAGER && specifier.text !== CACHE_MANAGER) continue;
    for (const { name, local } of names ?? []) locals.set(name, (locals.get(name) ?? new Set()).add(local));
  }
  return { of: (name) => locals.get(name) ?? new Set() };
}
