import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';
import { CacheDeclarations, type CacheDeclaration, type CacheParts } from './cache-declarations.js';
import { misplacedProvider, namedRoot } from './errors.js';
import type { CacheDefinition, CacheFactoryOptions, PartChoices } from './module-options.js';
import { refuseSingleStore, resolveEviction, resolveStore, resolveWritePolicy } from './part-choice.js';
import { isProviderDefinition } from './provider-definition.js';
import {
  CACHE_OPTIONS,
  DEFAULT_CACHE,
  getCacheToken,
  getChoiceToken,
  getDeclarationToken,
  getPartToken,
  type PartName,
} from './tokens.js';

const PARTS = [
  'store',
  'writePolicy',
  'eviction',
  'sharedTier',
  'bus',
] as const satisfies readonly PartName[];

/** Where a cache finds what it was not given itself. */
interface Fallback {
  readonly token: (part: PartName) => InjectionToken;
  /** The choice for a part, from what the token stands for and what the part depends on, see {@link dependencyOf}. */
  readonly choose: (part: PartName, injected: never, dependency: unknown) => unknown;
}

/** What a part was given, and what it can fall back on. */
type PartInputs = readonly [
  declaration: CacheDeclaration,
  own: unknown,
  fallback: never,
  dependency?: unknown,
];

/** The providers of the default cache's declaration and parts. */
export function rootProviders(choices: PartChoices): Provider[] {
  const fallback: Fallback = {
    token: () => CACHE_OPTIONS,
    choose: (part, options: CacheFactoryOptions | undefined) => options?.[part],
  };
  return [
    declareRoot(choices),
    ...PARTS.flatMap((part) => partProviders({ part, name: DEFAULT_CACHE, choice: choices[part], fallback })),
  ];
}

/** The providers of a named cache and its parts. */
export function featureProviders(definition: CacheDefinition): Provider[] {
  const { name } = definition;
  const fallback: Fallback = {
    token: (part) => getPartToken(part, DEFAULT_CACHE),
    choose: (part, injected, dependency) => {
      if (part === 'store') return refuseSingleStore(name, injected);
      if (part === 'bus') return dependency === false ? undefined : injected;
      return part === 'writePolicy' && dependency === undefined ? undefined : injected;
    },
  };
  const parts = PARTS.flatMap((part) => partProviders({ part, name, choice: definition[part], fallback }));
  return [declareFeature(definition), ...parts, cacheProvider(name)];
}

/** Opens the cache with the parts that are injected, so that who overrides a part changes the cache. */
export function cacheProvider(name: string): FactoryProvider {
  return {
    provide: getCacheToken(name),
    inject: [getDeclarationToken(name), ...PARTS.map((part) => getPartToken(part, name))],
    useFactory: (declaration: CacheDeclaration, ...parts: unknown[]) =>
      // The parts come in the order of PARTS; the engine checks what they are.
      declaration.open(Object.fromEntries(PARTS.map((part, index) => [part, parts[index]])) as CacheParts),
  };
}

/** Every token by which the parts of a cache are injected. */
export function partTokens(name: string): symbol[] {
  return PARTS.map((part) => getPartToken(part, name));
}

function declareRoot(choices: PartChoices): FactoryProvider {
  return {
    provide: getDeclarationToken(DEFAULT_CACHE),
    inject: [CacheDeclarations, CACHE_OPTIONS],
    useFactory: (declarations: CacheDeclarations, answered: CacheFactoryOptions | undefined) => {
      const { maxTotalBytes, keyPrefix, ...options } = { ...answered };
      refuseMisplaced(options);
      const budget = declarations.budgetOf(answered);
      return declarations.declare({
        name: DEFAULT_CACHE,
        definition: { ...options, maxTotalBytes, keyPrefix, ...given(choices) },
        options: { budget, ...options, ...NO_PARTS },
        keyPrefix,
      });
    },
  };
}

function declareFeature(definition: CacheDefinition): FactoryProvider {
  const { name, imports: _, ...own } = definition;
  return {
    provide: getDeclarationToken(name),
    // The options first: where there is no forRoot, Nest names what it misses first, and that one tells the remedy.
    inject: [CACHE_OPTIONS, CacheDeclarations],
    useFactory: (root: CacheFactoryOptions | undefined, declarations: CacheDeclarations) => {
      const {
        maxItems: _items,
        maxBytes: _bytes,
        weigh: _weigh,
        warmStart: _file,
        maxTotalBytes: _total,
        ...inherited
      } = { ...root };
      const budget = declarations.budgetOf(root);
      const { keyPrefix, ...options } = { budget, ...inherited, ...given(own), ...NO_PARTS };
      return declarations.declare({ name, definition: own, options, keyPrefix });
    },
  };
}

/** Parts are injected and never taken from options. */
const NO_PARTS = {
  eviction: undefined,
  writePolicy: undefined,
  store: undefined,
  sharedTier: undefined,
  bus: undefined,
};

function partProviders({
  part,
  name,
  choice,
  fallback,
}: {
  part: PartName;
  name: string;
  choice: unknown;
  fallback: Fallback;
}): Provider[] {
  const chosen = getChoiceToken(part, name);
  return [
    // The definition is one of Nest's own; what it makes is checked by the engine.
    (isProviderDefinition(choice)
      ? { ...choice, provide: chosen }
      : { provide: chosen, useFactory: () => choice }) as Provider,
    {
      provide: getPartToken(part, name),
      inject: [getDeclarationToken(name), chosen, fallback.token(part), ...dependencyOf(part, name)],
      useFactory: (...inputs: PartInputs) => inputs[0].share(part, () => resolvePart(part, inputs, fallback)),
    },
  ];
}

/** A policy depends on the store that there is, and a bus on what was said of a tier: where that is `false`, none is inherited. */
function dependencyOf(part: PartName, name: string): symbol[] {
  if (part === 'writePolicy') return [getPartToken('store', name)];
  return part === 'bus' ? [getChoiceToken('sharedTier', name)] : [];
}

function resolvePart(part: PartName, [, own, injected, dependency]: PartInputs, fallback: Fallback): unknown {
  const choice = own ?? fallback.choose(part, injected, dependency);
  if (part === 'eviction') return resolveEviction(choice);
  if (part === 'bus') return choice;
  if (part === 'sharedTier') return choice === false ? undefined : choice;
  return part === 'store' ? resolveStore(choice) : resolveWritePolicy(choice, dependency);
}

function refuseMisplaced(options: object): void {
  if ('name' in options && options.name !== undefined) throw namedRoot(options.name);
  const misplaced = PARTS.find((part) => isProviderDefinition((options as CacheFactoryOptions)[part]));
  if (misplaced !== undefined) throw misplacedProvider(misplaced);
}

/** What is undefined counts as left out. */
function given<T extends object>(options: T): Partial<T> {
  // Only members of T are left.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
