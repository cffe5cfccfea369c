import { Injectable } from '@nestjs/common';
import { type Cache, CacheError, type CacheOptions, createCache } from 'nuthatch/engine';
import { declaredTwice, wrongCache } from './errors.js';
import { isSameDefinition } from './same-definition.js';
import { DEFAULT_CACHE, type PartName } from './tokens.js';

/** The parts of a cache as they were injected. */
export type CacheParts = Pick<CacheOptions<never>, PartName>;

/** What is to become a cache. */
export interface Declared {
  readonly name: string;
  /** What was written in the module, to tell whether two declarations mean one cache. */
  readonly definition: object;
  readonly options: CacheOptions<never>;
}

/** One cache of an application, however many modules declare it. */
export class CacheDeclaration {
  private readonly parts = new Map<PartName, unknown>();
  private opening: Promise<Cache<never>> | undefined;

  constructor(private readonly declared: Declared) {}

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

  isOf(definition: object): boolean {
    return isSameDefinition(this.declared.definition, definition);
  }

  private async create(parts: CacheParts): Promise<Cache<never>> {
    const { name, options } = this.declared;
    try {
      return await createCache<never>({ ...options, ...parts, name });
    } catch (error) {
      throw error instanceof CacheError && name !== DEFAULT_CACHE ? wrongCache(name, error) : error;
    }
  }
}

/** The caches that the modules of one application declare, by name. */
@Injectable()
export class CacheDeclarations {
  private readonly byName = new Map<string, CacheDeclaration>();

  /** @throws CacheError `bad_declaration` where the name already stands for another definition. */
  declare(declared: Declared): CacheDeclaration {
    const existing = this.byName.get(declared.name);
    if (existing?.isOf(declared.definition) === false) throw declaredTwice(declared.name);
    const declaration = existing ?? new CacheDeclaration(declared);
    this.byName.set(declared.name, declaration);
    return declaration;
  }
}
