import { Inject } from '@nestjs/common';
import { CacheManager } from '../cache-manager.js';
import { badDeclaration } from '../errors.js';

/** The property that holds an instance's caches. Nest shows its description where it cannot be injected. */
const MANAGER = Symbol.for('CacheManager of nuthatch: import CacheModule.forRoot()');

/** Makes Nest give the application's caches to every instance of a class, however it is scoped and wherever it is used. */
export function declareManager(prototype: object): void {
  Inject(CacheManager)(prototype, MANAGER);
  Object.defineProperty(prototype, MANAGER, {
    configurable: true,
    get: () => undefined,
    set(this: object, manager: unknown) {
      // A test that mocks every dependency gets the bare method.
      if (manager instanceof CacheManager) bindManager(this, manager);
    },
  });
}

/** Gives an instance the caches of the application that it lives in. Not enumerable, so that the instance looks as before. */
export function bindManager(instance: object, manager: CacheManager): void {
  if (
    Reflect.defineProperty(instance, MANAGER, {
      configurable: true,
      writable: true,
      enumerable: false,
      value: manager,
    })
  )
    return;
  throw badDeclaration(
    instance.constructor.name,
    'this instance is frozen, so that its decorated methods cannot be given their caches',
  );
}

/** The caches of an instance; `undefined` where it lives in no application, as in a unit test. */
export function managerOf(instance: object | undefined): CacheManager | undefined {
  // Only the two functions above write the property.
  return (instance as { readonly [MANAGER]?: CacheManager } | undefined)?.[MANAGER];
}
