import { unknownName } from './errors.js';

/** Something that makes parts of one kind: strategies, policies, stores. */
export interface Factory {
  create(...context: never[]): unknown;
}

/**
 * The factory that a name stands for, or the factory that was given.
 * @throws CacheError `unknown_name`, naming `option` and listing what is in the register.
 */
export function fromRegister<F extends Factory>(
  option: string,
  register: Readonly<Record<string, F>>,
  choice: unknown,
): F {
  if (isFactory<F>(choice)) return choice;
  const factory = Object.entries(register).find(([name]) => name === choice)?.[1];
  if (factory === undefined) throw unknownName(option, choice, Object.keys(register));
  return factory;
}

/** Structural, since factories are users' own classes; what `create` answers is checked by its use. */
function isFactory<F extends Factory>(choice: unknown): choice is F {
  return (
    typeof choice === 'object' && choice !== null && 'create' in choice && typeof choice.create === 'function'
  );
}

/** The name under which a factory is shown: its own, else its class's. */
export function nameOf(factory: Factory & { readonly name?: string }): string {
  return factory.name ?? factory.constructor.name;
}
