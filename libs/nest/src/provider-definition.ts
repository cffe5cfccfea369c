import type { FactoryProvider, InjectionToken, Type } from '@nestjs/common';

/** A part of a cache that Nest makes, with whatever it depends on. What it depends on comes from `imports` or global modules. */
export type ProviderDefinition<T> =
  | { readonly useClass: Type<T> }
  | { readonly useExisting: InjectionToken<T> }
  | {
      readonly useFactory: (...dependencies: never[]) => T | Promise<T>;
      readonly inject?: FactoryProvider['inject'];
    };

/** Whether this is for Nest to make, and not a name or a ready-made part. */
export function isProviderDefinition(choice: unknown): choice is ProviderDefinition<unknown> {
  if (typeof choice !== 'object' || choice === null) return false;
  return 'useClass' in choice || 'useFactory' in choice || 'useExisting' in choice;
}
