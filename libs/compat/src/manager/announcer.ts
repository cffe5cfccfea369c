import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import type { CacheEvents } from '../cache.js';

/** Between two log lines about failures that nobody listens to. */
const QUIET_MS = 30_000;

/** Tells listeners what a cache does. A listener that throws is logged, and disturbs neither the cache nor other listeners. */
export class Announcer {
  readonly emitter = new EventEmitter();
  private loggedAt = -Infinity;

  /** Whether anybody listens, so that there is a reason to make what he is told. */
  hears(event: keyof CacheEvents): boolean {
    return this.emitter.listenerCount(event) > 0;
  }

  tell<E extends keyof CacheEvents>(event: E, data: Parameters<CacheEvents[E]>[0]): void {
    if (!this.hears(event)) return;
    for (const listener of this.emitter.listeners(event))
      try {
        listener(data);
      } catch (error) {
        Logger.error(`A listener of "${event}" threw`, stackOf(error), 'CacheManager');
      }
  }

  /** As {@link tell}, of a failure; where nobody listens it is logged, at most twice a minute. */
  tellFailure<E extends keyof CacheEvents>(
    event: E,
    data: Parameters<CacheEvents[E]>[0],
    error: unknown,
  ): void {
    this.tell(event, data);
    if (this.hears(event) || Date.now() - this.loggedAt < QUIET_MS) return;
    this.loggedAt = Date.now();
    Logger.warn(
      `"${event}" failed: ${error instanceof Error ? error.message : String(error)}. ` +
        `Listen to the "${event}" events of the cache to see every failure.`,
      'CacheManager',
    );
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
