/** A method as a decorator finds it. */
export type DecoratedMethod = (this: object, ...args: unknown[]) => unknown;

/** Where a decorator stands. */
export interface Site {
  readonly decorator: string;
  /** The prototype of the declaring class. */
  readonly target: object;
  readonly name: string | symbol;
  /** `Class.method` of the declaring class. */
  readonly where: string;
  /** What default keys begin with, by the prototype of the class that is used. */
  readonly defaultKeys: WeakMap<object, string>;
}
