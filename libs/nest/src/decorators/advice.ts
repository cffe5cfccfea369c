import type { Cache } from 'nuthatch/engine';
import type { CacheManager } from '../cache-manager.js';
import type { KeyPrefix } from '../key-prefix.js';
import type { CacheConfigOptions } from './cache-config.decorator.js';
import type { MethodOptions } from './options.js';
import type { ReturnKind } from './return-kind.js';
import type { Site } from './site.js';

/** Where a decorator acts for one class: what the method says, else its class, else the module. */
export interface Place {
  readonly cache: string;
  /** That of the class; that of the cache stands before it. */
  readonly keyPrefix: KeyPrefix | undefined;
}

/** One call of a decorated method in an application. */
export interface Call {
  readonly site: Site;
  readonly self: object;
  readonly args: never[];
  readonly place: Place;
  readonly cache: Cache;
  readonly manager: CacheManager;
  /** Calls the method, with these arguments or its own. */
  readonly method: (args?: readonly unknown[]) => unknown;
}

/** Runs the method of a call: its result, or the list of what its Observable emitted. */
export type Run = () => Promise<unknown>;

/** What is done around a call. What it throws, in contrast to what it rejects with, it throws before the method has run. */
export type Around = (call: Call, run: Run) => Promise<unknown>;

/** What a decorator does around a method. */
export interface Advice {
  readonly decorator: string;
  readonly options: Pick<MethodOptions, 'cache' | 'condition'>;
  /** Whether its keys are made of the method's name and arguments. */
  readonly usesDefaultKey?: boolean;
  /** Whether it serves a read, which no cache may fail: where there is no key to read, the method runs, and a line in the log says why. */
  readonly isRead?: boolean;
  /** Whether it has to act before the method does, and cannot learn from a call what the method returns. */
  readonly actsFirst?: boolean;
  /** What the method must return, where that is not for the method to say. */
  readonly returns?: ReturnKind;
  /** Of which it is made, where it is made of several. */
  readonly members?: readonly Advice[];
  /** Throws where its options are wrong, together with those of a class; the method is named first. */
  readonly check?: (where: string, config: CacheConfigOptions) => void;
  /** What it does for the methods of one class, whose options are these. */
  bind(config: CacheConfigOptions): Around;
}
