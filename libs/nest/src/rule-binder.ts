import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Cache } from 'nuthatch/engine';
import { CacheManager } from './cache-manager.js';
import { prototypeOf, wrappersOf } from './container-wrappers.js';
import { configOf } from './decorators/cache-config.decorator.js';
import { type DeclaredRule, declaredRules } from './decorators/invalidate-on.decorator.js';
import { unknownCache } from './errors.js';
import { DEFAULT_CACHE } from './tokens.js';

/** Tells the caches what the classes of the application say by `@InvalidateOn`: each rule once, however many providers have it. */
@Injectable()
export class RuleBinder implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly caches: CacheManager,
  ) {}

  /** @throws CacheError `bad_rule`, or `unknown_name` naming the class and the method. */
  onModuleInit(): void {
    const rules = new Map<DeclaredRule, Set<string>>();
    for (const wrapper of wrappersOf(this.modules)) {
      const prototype = prototypeOf(wrapper);
      if (prototype === undefined) continue;
      const { cache = DEFAULT_CACHE } = configOf(prototype);
      for (const rule of declaredRules(prototype)) {
        const caches = rules.get(rule) ?? new Set();
        rules.set(rule, caches.add(rule.cache ?? cache));
      }
    }
    for (const [rule, caches] of rules) for (const cache of caches) this.bind(rule, cache);
  }

  private bind({ event, templates, where }: DeclaredRule, cache: string): void {
    const names = this.caches.names();
    if (!names.includes(cache)) throw unknownCache(cache, names, where);
    const found = this.caches.get(cache);
    // What tests put in the place of a cache may know nothing of rules.
    if (found instanceof Cache) found.invalidateOn(event, templates);
  }
}
