import { Global, Module } from '@nestjs/common';
import { CacheDeclarations } from './cache-declarations.js';
import { CacheLifecycle } from './cache-lifecycle.js';
import { CacheManager } from './cache-manager.js';
import { EventBinder } from './event-binder.js';
import { CacheHealthIndicator } from './health/cache-health.indicator.js';
import { MethodBinder } from './method-binder.js';
import { RuleBinder } from './rule-binder.js';

/** What an application has once, however many caches it has. Global, so Nest starts it first and stops it last. */
@Global()
@Module({
  providers: [
    CacheDeclarations,
    CacheManager,
    CacheLifecycle,
    CacheHealthIndicator,
    MethodBinder,
    RuleBinder,
    EventBinder,
  ],
  exports: [CacheDeclarations, CacheManager, CacheHealthIndicator],
})
export class CacheCoreModule {}
