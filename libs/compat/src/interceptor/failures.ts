import { type ExecutionContext, Logger } from '@nestjs/common';

/**
 * Logs what the cache could not do for a handler: neither its key, which may be a URL with a token in it, nor the words of an error, which may name the key; its
 * kind and where it came from.
 */
export function logFailure(context: ExecutionContext, what: string, error: unknown): void {
  const name = `${context.getClass()?.name ?? 'unknown'}.${context.getHandler().name}`;
  Logger.error(`${name}: ${what}: ${kindOf(error)}`, framesOf(error), 'CacheInterceptor');
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}

function framesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => line.startsWith('    at ')).join('\n');
}
