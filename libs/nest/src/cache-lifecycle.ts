import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Cache } from 'nuthatch/engine';
import { CacheManager } from './cache-manager.js';

/** Closes the caches when nobody uses them any longer, and says so where nobody will. */
@Injectable()
export class CacheLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('CacheModule');
  private check: NodeJS.Immediate | undefined;

  constructor(private readonly caches: CacheManager) {}

  /** Nest does not tell whether shutdown hooks are enabled; what comes right after the start still counts. */
  onApplicationBootstrap(): void {
    const names = this.namesWithoutJournal();
    if (names.length === 0) return;
    this.check = setImmediate(() => this.warnWithoutSignals(names));
    this.check.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearImmediate(this.check);
    for (const [name, { left, flushed, error }] of await this.caches.closeAll()) {
      const why = error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`;
      if (left > 0)
        this.logger.error(`cache "${name}" closed with ${left} writes not stored, ${flushed} stored${why}`);
      else if (error !== undefined) this.logger.error(`cache "${name}" closed with an error${why}`);
    }
  }

  /** Of the caches whose pending writes are in memory only. */
  private namesWithoutJournal(): string[] {
    const caches = [...this.caches].filter(
      ([, cache]) => cache instanceof Cache && cache.info().durability === 'memory',
    );
    return caches.map(([name]) => name);
  }

  private warnWithoutSignals(names: readonly string[]): void {
    if (process.listenerCount('SIGTERM') + process.listenerCount('SIGINT') > 0) return;
    this.logger.warn(
      `writes of ${names.join(', ')} (writeBack) that are pending when the process is told to stop are lost: ` +
        'nobody listens to SIGTERM or SIGINT; call app.enableShutdownHooks() before app.listen()',
    );
  }
}
