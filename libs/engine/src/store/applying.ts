import { counted } from '../kernel/errors.js';
import type { Operation } from './backing-store.js';
import type { Task } from './call.js';
import { keyOf } from './holds.js';

/** What a call that applies operations is about. */
export function applying(
  operations: readonly Operation[],
): Pick<Task<void>, 'operation' | 'key' | 'keys' | 'describe'> {
  const [first] = operations;
  const only = operations.length === 1 ? first : undefined;
  return {
    operation: 'apply',
    key: only && keyOf(only),
    keys: operations.length,
    describe: () => (only === undefined ? `apply ${counted(operations.length, 'operation')}` : named(only)),
  };
}

function named(operation: Operation): string {
  const verb = operation.type === 'set' ? 'write' : 'delete';
  return `${verb} ${JSON.stringify(keyOf(operation))}`;
}
