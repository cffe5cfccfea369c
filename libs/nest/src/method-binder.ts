import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CacheManager } from './cache-manager.js';
import { bindManager } from './decorators/bound-manager.js';
import { declaredMethods, type InheritedMethod } from './decorators/declared-methods.js';
import { DefaultKeys } from './default-keys.js';
import { badDeclaration, unknownCache } from './errors.js';
import { getCacheToken } from './tokens.js';

/** What the container knows of a provider; Nest's own type is not exported by every version. */
type Wrapper = Parameters<
  Parameters<NonNullable<ReturnType<ModulesContainer['get']>>['providers']['forEach']>[0]
>[0];

/**
 * Checks every decorated method before the first one is called, and binds the instances that Nest did not construct
 * itself, such as those of `useFactory` and `useValue`.
 */
@Injectable()
export class MethodBinder implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly caches: CacheManager,
  ) {}

  /** @throws CacheError `bad_declaration` or `unknown_name` naming the class and the method. */
  onModuleInit(): void {
    this.checkCaches();
    const keys = new DefaultKeys();
    for (const wrapper of this.wrappers()) this.bind(wrapper, keys);
    keys.check();
  }

  private checkCaches(): void {
    const tokens = new Map<unknown, string>(this.caches.names().map((name) => [getCacheToken(name), name]));
    for (const wrapper of this.wrappers()) {
      const name = tokens.get(wrapper.token);
      if (name === undefined || wrapper.isDependencyTreeStatic()) continue;
      throw badDeclaration(
        `cache ${JSON.stringify(name)}`,
        'its eviction, writePolicy or store is request-scoped; make it a singleton',
      );
    }
  }

  private bind(wrapper: Wrapper, keys: DefaultKeys): void {
    const prototype = prototypeOf(wrapper);
    const methods = prototype === undefined ? [] : declaredMethods(prototype);
    if (methods.length === 0) return;
    for (const method of methods) this.check(method, wrapper);
    const value: unknown = wrapper.instance;
    const isGiven = wrapper.isNotMetatype && typeof value === 'object' && value !== null;
    for (const method of methods) keys.claim(method, { value, isGiven });
    if (isGiven) bindManager(value, this.caches);
  }

  private check({ where, declared }: InheritedMethod, wrapper: Wrapper): void {
    const names = this.caches.names();
    if (!names.includes(declared.cache)) throw unknownCache(declared.cache, names, where);
    if (!declared.usesDefaultKey || wrapper.isDependencyTreeStatic()) return;
    throw badDeclaration(
      where,
      '@Cacheable needs a key function here, since its class is request-scoped and may hold what belongs to one user; put that into the key',
    );
  }

  private *wrappers(): Generator<Wrapper, void> {
    for (const module of this.modules.values()) {
      yield* module.providers.values();
      yield* module.controllers.values();
      yield* module.injectables.values();
    }
  }
}

/** Where the methods of a provider are: on its class, or, where somebody else made it, on the prototype of what was made. */
function prototypeOf(wrapper: Wrapper): object | undefined {
  if (!wrapper.isNotMetatype && typeof wrapper.metatype === 'function')
    return wrapper.metatype.prototype as object | undefined;
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  return Object.getPrototypeOf(instance) as object | undefined;
}
