import { ConfigurableModuleBuilder, type DynamicModule, Module } from '@nestjs/common';
import { CACHE_LOGGING, CacheLog } from './cache-log.js';
import type { CacheLoggingOptions } from './logging-options.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<CacheLoggingOptions>({
  optionsInjectionToken: CACHE_LOGGING,
})
  .setClassMethodName('forRoot')
  .build();

/**
 * Writes to Nest's logger what caches are made of, when they get into trouble and when they are well again, what fails where no caller is told, and,
 * where it is asked for, each operation. To be imported once, beside `CacheModule`; also by `forRootAsync`.
 *
 * @example
 * ```ts
 * @Module({ imports: [CacheModule.forRoot(), CacheLoggingModule.forRoot({ operations: 'debug', keys: 'hashed' })] })
 * class AppModule {}
 * ```
 */
@Module({ providers: [CacheLog] })
export class CacheLoggingModule extends ConfigurableModuleClass {
  /** Watches every cache of the application, unless told otherwise. */
  static override forRoot(options: CacheLoggingOptions = {}): DynamicModule {
    return super.forRoot(options);
  }
}
