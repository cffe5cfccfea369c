import type { ModulesContainer } from '@nestjs/core';

/** What the container knows of a provider; Nest's own type is not exported by every version. */
export type Wrapper = Parameters<
  Parameters<NonNullable<ReturnType<ModulesContainer['get']>>['providers']['forEach']>[0]
>[0];

/** Every provider and controller of the application. */
export function* wrappersOf(modules: ModulesContainer): Generator<Wrapper, void> {
  for (const module of modules.values()) {
    yield* module.providers.values();
    yield* module.controllers.values();
    yield* module.injectables.values();
  }
}

/** Where the methods of a provider are: on its class, or, where somebody else made it, on the prototype of what was made. */
export function prototypeOf(wrapper: Wrapper): object | undefined {
  if (!wrapper.isNotMetatype && typeof wrapper.metatype === 'function')
    return wrapper.metatype.prototype as object | undefined;
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  return Object.getPrototypeOf(instance) as object | undefined;
}
