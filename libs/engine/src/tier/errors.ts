import { CacheError, show } from '../kernel/errors.js';

/** Says that the name of a node is none. */
export function badNode(found: unknown): CacheError {
  return new CacheError('bad_option', `the name of a node must be a non-empty string, got ${show(found)}`);
}

/** Says that a node is named twice. */
export function repeatedNode(name: string): CacheError {
  return new CacheError(
    'bad_option',
    `nodes must name each node once, got ${show(name)} again; a weight gives a node more keys`,
  );
}

/** Says that the weight of a node is none. */
export function badWeight(name: string, found: unknown): CacheError {
  return new CacheError(
    'bad_option',
    `the weight of the node ${show(name)} must be a positive number, got ${show(found)}`,
  );
}

/** Says that a weight comes to more virtual nodes than one node may have. */
export function tooManyVirtualNodes(name: string, weight: number, most: number): CacheError {
  return new CacheError(
    'bad_option',
    `the weight of the node ${show(name)} comes to more than ${most} virtual nodes, got ${show(weight)}; it is the ratio of weights that counts, so make all of them smaller`,
  );
}

/** Says that the shared tier, or the bus, has not answered in time. */
export function tierTimedOut(deadlineMs: number): CacheError {
  return new CacheError('store_timeout', `the shared tier did not answer within ${deadlineMs} ms`);
}
