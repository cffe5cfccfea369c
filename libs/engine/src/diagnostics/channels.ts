import { channel, type Channel, tracingChannel, type TracingChannel } from 'node:diagnostics_channel';
import type { FlushOperation, LoadOperation, StoreOperation, WaitOperation } from './operation.js';

/** A channel of operations of one kind: `tracing:<name>:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error`. */
export type OperationChannel<Message extends object> = TracingChannel<unknown, Message>;

// Node keeps one channel of a name for the whole process, whoever asks for it.

/** `nuthatch:load` */
export const loadChannel: OperationChannel<LoadOperation> = tracingChannel('nuthatch:load');
/** `nuthatch:wait` */
export const waitChannel: OperationChannel<WaitOperation> = tracingChannel('nuthatch:wait');
/** `nuthatch:store` */
export const storeChannel: OperationChannel<StoreOperation> = tracingChannel('nuthatch:store');
/** `nuthatch:flush` */
export const flushChannel: OperationChannel<FlushOperation> = tracingChannel('nuthatch:flush');
/** `nuthatch:event`: every event of every cache. */
export const eventChannel: Channel = channel('nuthatch:event');
