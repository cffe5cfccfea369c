import type { CallHandler, ExecutionContext } from '@nestjs/common';
import type { Cache } from 'nuthatch/engine';
import type { KeyParts } from './request-key.js';
import type { ResponsePort } from './response-port.js';
import type { Route } from './route.js';

/** A request that may be answered from the cache. */
export interface Visit {
  readonly route: Route;
  readonly context: ExecutionContext;
  readonly cache: Cache<unknown>;
  readonly key: KeyParts;
  /** The handler, which runs in the async scope in which it is called. */
  readonly next: CallHandler;
  /** Over HTTP only. */
  readonly response: ResponsePort | undefined;
  /** What a request that changes this path invalidates; `undefined` where none is to. */
  readonly pathTag: string | undefined;
}
