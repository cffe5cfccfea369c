import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { CacheModuleOptions } from './cache-options.js';

const definition = new ConfigurableModuleBuilder<CacheModuleOptions>({ moduleName: 'Cache' })
  .setFactoryMethodName('createCacheOptions')
  .build();

export const { ConfigurableModuleClass } = definition;

/** The token of the options that `register` was given, or that the factory answered. */
export const CACHE_MODULE_OPTIONS = definition.MODULE_OPTIONS_TOKEN;
