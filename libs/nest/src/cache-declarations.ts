import { Inject, Injectable, Optional } from '@nestjs/common';
import {
  type Cache,
  CacheError,
  type CacheOptions,
  createCache,
  MemoryBudget,
  type TypedCache,
  type TypedDefinition,
  type Typing,
  typingOf,
} from 'nuthatch/engine';
import { declaredTwice, wrongCache } from './errors.js';
import { checkPrefix, type KeyPrefix } from './key-prefix.js';
import type { CacheFactoryOptions } from './module-options.js';
import { isSameDefinition } from './same-definition.js';
import { inTest, type IsDeclared, TEST_SETTING, type TestSetting } from './test-setting.js';
import { DEFAULT_CACHE, type PartName } from './tokens.js';
import type { TypedOptions } from './typed-caches.js';

/** The parts of a cache as they were injected. */
export type CacheParts = Pick<CacheOptions<never>, PartName>;

/** What is to become a cache. */
export interface Declared {
  readonly name: string;
  /** What was written in the module, to tell whether two declarations mean one cache. */
  readonly definition: object;
  readonly options: TypedOptions;
  /** What decorators put before its keys and tags. */
  readonly keyPrefix: KeyPrefix | undefined;
}

/** One cache of an application, however many modules declare it. */
export class CacheDeclaration {
  private readonly parts = new Map<PartName, unknown>();
  private opening: Promise<Cache<never>> | undefined;

  private readonly typing: Typing<TypedDefinition> | undefined;

  constructor(
    private readonly declared: Declared,
    private readonly adjust: (options: CacheOptions<never>) => CacheOptions<never>,
    private readonly opened: (cache: Cache<never>) => void,
  ) {
    const { typed } = declared.options;
    this.typing = typed && typingOf(typed);
  }

  get keyPrefix(): KeyPrefix | undefined {
    return this.declared.keyPrefix;
  }

  /** The part as the first module that asked for it resolved it. */
  share(part: PartName, resolve: () => unknown): unknown {
    if (!this.parts.has(part)) this.parts.set(part, resolve());
    return this.parts.get(part);
  }

  /** The live cache, opened by the first module that asks for it. */
  open(parts: CacheParts): Promise<Cache<never>> {
    this.opening ??= this.create(parts);
    return this.opening;
  }

  /** The typed face of a cache: of the one that it has opened, or of what a test has put in its place. */
  faceOf(cache: Cache): TypedCache<TypedDefinition> {
    if (this.typing === undefined) throw declaredTwice(this.declared.name);
    return this.typing.over(cache);
  }

  /** Whether this is the part that its definition names, as it was made. */
  declares(part: PartName, found: unknown): boolean {
    // What a definition says is undefined, it leaves out.
    const said: unknown = Reflect.get(this.declared.definition, part);
    return said !== undefined && this.parts.get(part) === found;
  }

  isOf(definition: object): boolean {
    return isSameDefinition(this.declared.definition, definition);
  }

  private async create(parts: CacheParts): Promise<Cache<never>> {
    const { name } = this.declared;
    const { typed: _, ...options } = this.declared.options;
    try {
      const codec = this.typing?.codec(options.codec) ?? options.codec;
      const cache = await createCache<never>(this.adjust({ ...options, ...parts, codec, name }));
      this.typing?.opened(cache);
      this.opened(cache);
      return cache;
    } catch (error) {
      throw error instanceof CacheError && name !== DEFAULT_CACHE ? wrongCache(name, error) : error;
    }
  }
}

/** The caches that the modules of one application declare, by name. */
@Injectable()
export class CacheDeclarations {
  private readonly byName = new Map<string, CacheDeclaration>();
  private budget: MemoryBudget | undefined;

  constructor(@Optional() @Inject(TEST_SETTING) private readonly test?: TestSetting) {}

  /** The bound on memory that all caches share, as the root has it. @throws CacheError `bad_option`. */
  budgetOf(root: CacheFactoryOptions | undefined): MemoryBudget | undefined {
    const maxTotalBytes = root?.maxTotalBytes;
    if (maxTotalBytes !== undefined) this.budget ??= new MemoryBudget({ maxTotalBytes });
    return this.budget;
  }

  /** @throws CacheError `bad_declaration` where the name already stands for another definition, `bad_option` where its prefix is none. */
  declare(declared: Declared): CacheDeclaration {
    checkPrefix(`cache ${JSON.stringify(declared.name)}`, declared.keyPrefix);
    const existing = this.byName.get(declared.name);
    if (existing?.isOf(declared.definition) === false) throw declaredTwice(declared.name);
    const declaration = existing ?? this.declaration(declared);
    this.byName.set(declared.name, declaration);
    return declaration;
  }

  /** The prefix of a cache, as it was declared. */
  keyPrefixOf(name: string): KeyPrefix | undefined {
    return this.byName.get(name)?.keyPrefix;
  }

  private declaration(declared: Declared): CacheDeclaration {
    const { test } = this;
    if (test === undefined)
      return new CacheDeclaration(
        declared,
        (options) => options,
        () => undefined,
      );
    const isDeclared: IsDeclared = (part, found) => {
      const isGiven = test.ownsRoot && this.byName.get(DEFAULT_CACHE)?.declares(part, found) === true;
      return !isGiven && [...this.byName.values()].some((each) => each.declares(part, found));
    };
    return new CacheDeclaration(
      declared,
      (options) => inTest(options, test, isDeclared),
      (cache) => test.opened(cache),
    );
  }
}
