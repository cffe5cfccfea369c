import 'reflect-metadata';
import { DEFAULT_CACHE } from '../tokens.js';
import { type CacheConfigOptions, configOf } from './cache-config.decorator.js';

/** A decorated method, as its class declares it. */
export interface DeclaredMethod {
  readonly name: string | symbol;
  /** As the method itself says it. */
  readonly cache: string | undefined;
  /** Whether its keys are made of its name and arguments. */
  readonly usesDefaultKey: boolean;
  /** Throws where its options do not go together with those of a class. */
  readonly check: ((where: string, config: CacheConfigOptions) => void) | undefined;
}

/** A decorated method of a class, declared there or further up. */
export interface InheritedMethod {
  readonly declared: DeclaredMethod;
  /** How the method is called in errors, and in default keys. */
  readonly where: string;
  /** That of the class which is used, whoever declares the method. */
  readonly prototype: object;
  /** The name of the cache that it uses there. */
  readonly cache: string;
  /** What holds for all methods of the class which is used. */
  readonly config: CacheConfigOptions;
}

const METHODS = Symbol.for('nuthatch:methods');

/** Notes a decorated method, for the checks at the start of an application. */
export function declareMethod(prototype: object, declared: DeclaredMethod): void {
  Reflect.defineMetadata(METHODS, [...ownMethods(prototype), declared], prototype);
}

/** Every decorated method that instances with this prototype have. */
export function declaredMethods(prototype: object): InheritedMethod[] {
  const methods: InheritedMethod[] = [];
  const config = configOf(prototype);
  for (
    let declaring: object | null = prototype;
    declaring !== null;
    declaring = Object.getPrototypeOf(declaring)
  ) {
    for (const declared of ownMethods(declaring)) {
      const cache = declared.cache ?? config.cache ?? DEFAULT_CACHE;
      const where = nameMethod(prototype, declaring, declared.name);
      methods.push({ declared, prototype, where, cache, config });
    }
  }
  return methods;
}

/**
 * `Class.method`, where `Class` is the class that is used: what a method answers depends on the state that subclasses have. An inherited
 * method, also one called as `super.find()`, is `Class(Declaring).method`, and so does not get in the way of its override.
 */
export function nameMethod(used: object, declaring: object, name: string | symbol): string {
  const [className, declaringName] = [used.constructor.name, declaring.constructor.name];
  return `${used === declaring ? className : `${className}(${declaringName})`}.${String(name)}`;
}

function ownMethods(prototype: object): readonly DeclaredMethod[] {
  // Only declareMethod writes this metadata.
  return (Reflect.getOwnMetadata(METHODS, prototype) as readonly DeclaredMethod[] | undefined) ?? [];
}
