import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel';
import type {
  FlushOperation,
  LoadOperation,
  StoreOperation,
  TracedOperation,
  WaitOperation,
} from 'nuthatch/engine';

/** The operations of caches, by name. */
export interface Operations {
  load: LoadOperation;
  wait: WaitOperation;
  store: StoreOperation;
  flush: FlushOperation;
}

/** What an operation is called. */
export type OperationName = keyof Operations;

/** The names of all operations. */
export const OPERATIONS: readonly OperationName[] = ['load', 'wait', 'store', 'flush'];

/** Told of operations of one kind. What it throws would end the process: it must not. */
export interface Listener<Message> {
  started?(operation: Message): void;
  ended(operation: Message): void;
}

/** Listens to operations of all caches of the process; answers how to stop. */
export function listen<Name extends OperationName>(
  name: Name,
  listener: Listener<Operations[Name]>,
): () => void {
  const { start, asyncEnd }: TracingChannel<unknown, TracedOperation> = tracingChannel(`nuthatch:${name}`);
  // On the channel of this name are such operations.
  const started = (operation: unknown): void => listener.started?.(operation as Operations[Name]);
  const ended = (operation: unknown): void => listener.ended(operation as Operations[Name]);
  if (listener.started !== undefined) start.subscribe(started);
  asyncEnd.subscribe(ended);
  return () => {
    start.unsubscribe(started);
    asyncEnd.unsubscribe(ended);
  };
}
