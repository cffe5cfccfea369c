import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CacheManager } from './cache-manager.js';
import { bindManager } from './decorators/bound-manager.js';
import { declaredMethods, type InheritedMethod } from './decorators/declared-methods.js';
import { prototypeOf, type Wrapper, wrappersOf } from './container-wrappers.js';
import { DefaultKeys } from './default-keys.js';
import { badDeclaration, unknownCache } from './errors.js';
import { getCacheToken } from './tokens.js';

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
    for (const wrapper of wrappersOf(this.modules)) this.bind(wrapper, keys);
    keys.check();
  }

  private checkCaches(): void {
    const tokens = new Map<unknown, string>(this.caches.names().map((name) => [getCacheToken(name), name]));
    for (const wrapper of wrappersOf(this.modules)) {
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

  private check({ where, declared, cache, config }: InheritedMethod, wrapper: Wrapper): void {
    const names = this.caches.names();
    if (!names.includes(cache)) throw unknownCache(cache, names, where);
    declared.check?.(where, config);
    if (!declared.usesDefaultKey || wrapper.isDependencyTreeStatic()) return;
    throw badDeclaration(
      where,
      '@Cacheable needs a key function here, since its class is request-scoped and may hold what belongs to one user; put that into the key',
    );
  }
}
