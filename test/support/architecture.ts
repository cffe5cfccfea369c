import { posix } from 'node:path';

/** Source text by path from the root of the project, such as `libs/engine/src/cache.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** Who may import whom in the engine, and which packages; `node:` is open to all. Within its own room everybody may. */
const ENGINE_ROOMS: Readonly<Record<string, { readonly rooms: string; readonly packages: string }>> = {
  kernel: { rooms: '', packages: 'ms cockatiel' },
  eviction: { rooms: 'kernel', packages: '' },
  memory: { rooms: 'eviction kernel', packages: '' },
  store: { rooms: 'diagnostics invalidation kernel', packages: '#devalue cockatiel' },
  metrics: { rooms: 'kernel', packages: '' },
  events: { rooms: 'diagnostics metrics kernel', packages: 'rxjs' },
  write: { rooms: 'diagnostics store events kernel', packages: '' },
  journal: { rooms: 'write store kernel', packages: '' },
  load: { rooms: 'diagnostics store events kernel', packages: 'cockatiel' },
  invalidation: { rooms: 'kernel', packages: '' },
  explain: { rooms: 'events kernel', packages: '' },
  history: { rooms: 'events kernel', packages: 'rxjs' },
  batch: { rooms: 'kernel', packages: '' },
  memoize: { rooms: 'memory kernel', packages: '' },
  snapshot: { rooms: 'store kernel', packages: '' },
  trace: { rooms: 'events kernel', packages: '' },
  transaction: { rooms: 'load invalidation kernel', packages: '' },
  diagnostics: { rooms: 'kernel', packages: '' },
  tier: { rooms: 'store kernel', packages: '' },
  typed: { rooms: 'load store metrics kernel', packages: '' },
};
/** Makes the parts of a cache for create-cache.ts, which alone may import it; it sees every room, as files at the root do. */
const WIRING = 'wiring';
/** Files at the root of the engine see every room. */
const ENGINE_ROOT = { packages: 'rxjs' };
const ENGINE = 'libs/engine/src/';
const CREATE_CACHE = `${ENGINE}create-cache.ts`;
/** A memoized function is a whole thing of its own, with a memory cache inside; a sharded cache puts whole caches behind a ring. */
const WIRES = new Set([CREATE_CACHE, `${ENGINE}create-sharded-cache.ts`, `${ENGINE}memoize/memoize.ts`]);
const BANNED_FOLDERS = new Set(['utils', 'helpers', 'common', 'types', 'interfaces']);
const MOST_LINES = 250;

interface Import {
  readonly from: string;
  /** As it is written. */
  readonly specifier: string;
  /** The file that is meant, where it is one of the project's. */
  readonly to: string | undefined;
  readonly names: readonly string[];
}

type Rule = (sources: Sources, imports: readonly Import[]) => readonly string[];

/** Every breach of the rules of DESIGN section 2, each with the file and the import. */
export function breachesOf(sources: Sources): string[] {
  const imports = [...sources].flatMap(([path, source]) => importsOf(path, source));
  return rules.flatMap((rule) => rule(sources, imports));
}

function each(judge: (found: Import) => string | undefined): Rule {
  return (_sources, imports) =>
    imports.flatMap((found) => {
      const breach = judge(found);
      return breach === undefined ? [] : [`${found.from} imports ${found.specifier}: ${breach}`];
    });
}

const rules: readonly Rule[] = [
  each(({ from, to }) =>
    to?.startsWith('apps/') && homeOf(to) !== homeOf(from) ? 'nobody imports an app' : undefined,
  ),
  each(({ from, to }) =>
    to?.startsWith('libs/') && homeOf(to) !== homeOf(from)
      ? 'a lib is imported by its public name'
      : undefined,
  ),
  each(({ specifier }) =>
    /^nuthatch\/.*\//.test(specifier) ? 'a lib has one door, nuthatch/<lib>' : undefined,
  ),
  each(({ from, specifier }) =>
    from.startsWith('libs/') && specifier.startsWith('nuthatch') && !mayBuildOn(from, specifier)
      ? 'libs build on nuthatch/engine alone'
      : undefined,
  ),
  each(({ from, to }) =>
    to?.startsWith('libs/') && posix.basename(to) === 'index.ts' && homeOf(to) === homeOf(from)
      ? 'inside a lib the file itself is imported'
      : undefined,
  ),
  each(engineRoom),
  each(enginePackage),
  onlyCreateCacheWires,
  noCycles,
  (sources) => [...sources.keys()].flatMap((path) => bannedFoldersIn(path)),
  (sources) => [...sources].flatMap(([path, source]) => tooLong(path, source)),
];

/** The drop-in face and the testing module wrap the Nest module, and so they alone build on it. */
function mayBuildOn(from: string, specifier: string): boolean {
  return (
    specifier === 'nuthatch/engine' || (specifier === 'nuthatch' && /^libs\/(compat|testing)\//.test(from))
  );
}

function engineRoom({ from, to }: Import): string | undefined {
  if (!isEngine(from) || !isEngine(to)) return undefined;
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === there || here === WIRING) return undefined;
  if (there === WIRING) return from === CREATE_CACHE ? undefined : 'only create-cache.ts may import it';
  return here === '' ? undefined : betweenRooms(here, there);
}

function betweenRooms(here: string, there: string): string | undefined {
  if (there === '') return 'a room does not know the files at the root';
  const known = ENGINE_ROOMS[here];
  if (known === undefined) return `${here} is no room that test/support/architecture.ts knows`;
  return isListed(known.rooms, there) ? undefined : `${here} may import ${known.rooms || 'no other room'}`;
}

function isListed(list: string, name: string): boolean {
  return list.split(' ').includes(name);
}

function enginePackage({ from, specifier }: Import): string | undefined {
  if (!from.startsWith(ENGINE) || /^(\.|node:)/.test(specifier)) return undefined;
  const { packages } = ENGINE_ROOMS[roomOf(from)] ?? ENGINE_ROOT;
  return isListed(packages, specifier) ? undefined : `its packages are ${packages || 'none'}`;
}

function mayWire(path: string): boolean {
  return WIRES.has(path) || (isEngine(path) && roomOf(path) === WIRING);
}

/** Parts of other rooms are made in one place. Errors are not parts. */
function onlyCreateCacheWires(sources: Sources, imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ from, specifier, to, names }) => {
    if (!from.startsWith(ENGINE) || mayWire(from) || to === undefined) return [];
    if (roomOf(to) === roomOf(from) || roomOf(to) === 'kernel') return [];
    const source = withoutComments(sources.get(from) ?? '');
    const made = names.find((name) => new RegExp(`\\bnew ${name}\\b`).test(source));
    return made === undefined ? [] : [`${from} makes a ${made} of ${specifier}: only create-cache.ts wires`];
  });
}

function noCycles(sources: Sources, imports: readonly Import[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) if (to !== undefined) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const breaches: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) breaches.push(`${[...trail.slice(start), path].join(' imports ')}: a cycle`);
    if (start >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return breaches;
}

function bannedFoldersIn(path: string): string[] {
  const banned = path.split('/').slice(0, -1).find((folder) => BANNED_FOLDERS.has(folder)); // prettier-ignore
  return banned === undefined ? [] : [`${path} is in a folder ${banned}: name it after what is in it`];
}

function tooLong(path: string, source: string): string[] {
  const lines = source.replace(/\n$/, '').split('\n').length;
  return lines <= MOST_LINES ? [] : [`${path} has ${lines} lines: at most ${MOST_LINES}`];
}

const IMPORT = /^(?:import|export)\s+(?:type\s+)?([\w\s{},*$]*?)\s*from\s*'([^']+)'/gm;
const OTHER_IMPORT = /(?:^import\s*|\bimport\(\s*|\brequire\(\s*)'([^']+)'/gm;

function importsOf(from: string, source: string): Import[] {
  const text = withoutComments(source);
  const named = Array.from(text.matchAll(IMPORT), ([, clause = '', specifier = '']) => ({
    from,
    specifier,
    to: resolve(from, specifier),
    names: clause.match(/[\w$]+/g) ?? [],
  }));
  const others = Array.from(text.matchAll(OTHER_IMPORT), ([, specifier = '']) => ({
    from,
    specifier,
    to: resolve(from, specifier),
    names: [],
  }));
  return [...named, ...others];
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function isEngine(path: string | undefined): path is string {
  return path?.startsWith(ENGINE) === true;
}

/** `libs/engine` of `libs/engine/src/cache.ts`. */
function homeOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** `memory` of `libs/engine/src/memory/weight.ts`, and nothing for files at the root. */
function roomOf(path: string): string {
  const [room = '', ...rest] = path.slice(ENGINE.length).split('/');
  return rest.length === 0 ? '' : room;
}
