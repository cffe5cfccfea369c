import { CacheError, counted, reason, show } from '../kernel/errors.js';

/** Says which node of a sharded tier has failed, and at what. */
export function nodeFailed(node: string, operation: string, cause: unknown): CacheError {
  const code = cause instanceof CacheError ? cause.code : 'store_failed';
  return new CacheError(code, `the node ${show(node)} failed to ${operation}: ${reason(cause)}`, cause);
}

/** Says that the keys of a node are on their way to another one, or back. */
export function nodeChanging(node: string, isAway: boolean, leftMs: number): CacheError {
  const what = isAway ? 'was ejected just now' : 'is back since just now';
  const when = `its keys can be used in ${Math.ceil(leftMs)} ms, when every process knows`;
  return new CacheError('store_down', `the node ${show(node)} ${what}; ${when}`);
}

/** Says that no node is left. */
export function noNodeLeft(nodes: number): CacheError {
  return new CacheError('store_down', `none of the ${counted(nodes, 'node')} of the tier can be used`);
}

/** Says that it is not known whether a node is used by the other processes. */
export function viewTooOld(node: string): CacheError {
  return new CacheError('store_down', `no other node tells whether the node ${show(node)} was ejected`);
}
