import type {
  FlushOperation,
  LoadOperation,
  StoreOperation,
  TracedOperation,
  WaitOperation,
} from 'nuthatch/engine';
import type { OperationName, Operations } from './channels.js';

/** What can be said of something in OpenTelemetry, by name. */
export type Attributes = Record<string, string | number | boolean>;

/** How a key is shown; `undefined` where it is not. */
export type KeyView = ((key: string) => string) | undefined;

/** The names of what is said of operations. */
export const ATTRIBUTE = {
  cache: 'nuthatch.cache.name',
  key: 'nuthatch.key',
  background: 'nuthatch.background',
  origin: 'nuthatch.load.origin',
  storeOperation: 'nuthatch.store.operation',
  keys: 'nuthatch.store.keys',
  pending: 'nuthatch.flush.pending',
  written: 'nuthatch.flush.written',
  left: 'nuthatch.flush.left',
  result: 'nuthatch.result',
  /** Of the semantic conventions. */
  errorType: 'error.type',
} as const;

type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** What is known of operations when they begin, and is said of spans only since it may be anything. */
const AT_START: { readonly [Name in OperationName]: (operation: Operations[Name], key: KeyView) => Facts } = {
  load: ({ key, isBackground }: LoadOperation, view) => ({
    [ATTRIBUTE.key]: view?.(key),
    [ATTRIBUTE.background]: isBackground,
  }),
  wait: ({ key }: WaitOperation, view) => ({ [ATTRIBUTE.key]: view?.(key) }),
  store: ({ key, keys, operation }: StoreOperation, view) => ({
    [ATTRIBUTE.storeOperation]: operation,
    [ATTRIBUTE.keys]: keys,
    [ATTRIBUTE.key]: key === undefined ? undefined : view?.(key),
  }),
  flush: ({ pending, isBackground }: FlushOperation) => ({
    [ATTRIBUTE.pending]: pending,
    [ATTRIBUTE.background]: isBackground,
  }),
};

/** What is said of a span when it begins. */
export function startAttributes<Name extends OperationName>(
  name: Name,
  operation: Operations[Name],
  key: KeyView,
): Attributes {
  return known({ [ATTRIBUTE.cache]: operation.cache, ...AT_START[name](operation, key) });
}

/** What is said of a span when it ends. */
export function endAttributes(
  operation: TracedOperation & Partial<LoadOperation & FlushOperation>,
): Attributes {
  const { origin, written, left } = operation;
  return known({
    [ATTRIBUTE.origin]: origin,
    [ATTRIBUTE.written]: written,
    [ATTRIBUTE.left]: left,
    [ATTRIBUTE.errorType]: errorTypeOf(operation.error),
  });
}

/** What durations are told apart by: few values, and no key. */
export function durationAttributes(
  operation: TracedOperation & Partial<LoadOperation> & Partial<StoreOperation>,
): Attributes {
  return known({
    [ATTRIBUTE.cache]: operation.cache,
    [ATTRIBUTE.storeOperation]: operation.operation,
    [ATTRIBUTE.origin]: operation.origin,
    [ATTRIBUTE.errorType]: errorTypeOf(operation.error),
  });
}

/** The code of an error, or its class; `undefined` where there is none. */
export function errorTypeOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (typeof error !== 'object' || error === null) return '_OTHER';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : '_OTHER';
}

function known(facts: Facts): Attributes {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  // Those that have no value are left out.
  return Object.fromEntries(entries) as Attributes;
}
