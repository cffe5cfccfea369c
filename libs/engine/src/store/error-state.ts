import { types } from 'node:util';

/** What is kept of an error: the name of the built-in class that it is, or extends, and its own properties. */
type ErrorState = readonly [kind: string, own: Readonly<Record<string, unknown>>];

const kinds: Readonly<Record<string, () => Error>> = {
  Error: () => new Error(),
  AggregateError: () => new AggregateError([]),
  EvalError: () => new EvalError(),
  RangeError: () => new RangeError(),
  ReferenceError: () => new ReferenceError(),
  SyntaxError: () => new SyntaxError(),
  TypeError: () => new TypeError(),
  URIError: () => new URIError(),
};

const HIDDEN = new Set(['message', 'stack', 'cause', 'errors']);

/** Whether this is an error, of whatever realm. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

/** The properties of an error that its class does not bring, hidden ones included. */
export function errorState(error: Error): ErrorState {
  const own: Record<string, unknown> = { message: error.message, stack: error.stack };
  // Every property of an object can be read by its name.
  for (const name of Object.getOwnPropertyNames(error))
    own[name] = (error as unknown as Record<string, unknown>)[name];
  const kind = kindOf(error);
  if (error.name !== kind) own['name'] = error.name;
  return [kind, own];
}

/**
 * Makes errors again, of `type` where one is given. In a cycle one state is revived twice, first before its properties are
 * there; both times the answer is the one error.
 */
export function reviveError(type?: { readonly prototype: object }): (state: unknown) => Error {
  const revived = new WeakMap<object, Error>();
  return (stored) => {
    // Written by `errorState`; the properties may be yet to come.
    const state = stored as ErrorState | readonly [string];
    const [kind, own = {}] = state;
    const error = revived.get(state) ?? (kinds[kind] ?? Error)();
    revived.set(state, error);
    if (type !== undefined) Object.setPrototypeOf(error, type.prototype);
    for (const [name, value] of Object.entries(own)) define(error, name, value);
    return error;
  };
}

function kindOf(error: Error): string {
  let prototype: unknown = Object.getPrototypeOf(error);
  while (typeof prototype === 'object' && prototype !== null) {
    const { name } = prototype.constructor;
    if (Object.hasOwn(kinds, name)) return name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return 'Error';
}

function define(error: Error, name: string, value: unknown): void {
  const enumerable = !HIDDEN.has(name);
  Object.defineProperty(error, name, { value, enumerable, configurable: true, writable: true });
}
