import type { Invalidation } from '../kernel/invalidation.js';
import type { Operation } from '../store/backing-store.js';
import type { GuardedStore } from '../store/guarded-store.js';
import type { BusMessage } from './bus.js';
import type { Link } from './link.js';
import type { SharedTier } from './shared-tier.js';
import { Together } from './together.js';

/** What changes are announced with. */
export interface AnnouncerParts {
  readonly tier: Pick<SharedTier, 'isSpread'>;
  /** The tier as a store, guarded. */
  readonly shared: GuardedStore;
  readonly link: Link;
  readonly whenDown: 'remember' | 'refuse';
  /** Notes in this process what was invalidated. */
  readonly takeUp: (invalidations: readonly Invalidation[]) => void;
  readonly failed: (operation: string, error: unknown) => void;
}

/**
 * Brings changes to the shared tier, which tells the others. Where the tier is not asked, or fails, the others are told all the same: they are not to
 * show what was there before, nor to take it from the tier. The guard of the tier makes up for the rest.
 */
export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #changes: Together<readonly Operation[], void>;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#changes = new Together<readonly Operation[], void>(async (changes) => {
      await this.#changed(changes.flat());
      return [];
    });
  }

  /** @throws where the tier fails, and is not to be made up for. */
  changed(operations: readonly Operation[]): Promise<void> {
    const { isSpread = false } = this.#parts.tier;
    return isSpread ? this.#changed(operations) : this.#changes.do(operations);
  }

  /** @throws as {@link changed}. */
  invalidated(invalidations: readonly Invalidation[]): Promise<void> {
    const { shared } = this.#parts;
    return this.#tell(() => shared.invalidate(invalidations), { kind: 'invalidated', invalidations });
  }

  #changed(operations: readonly Operation[]): Promise<void> {
    const { shared } = this.#parts;
    return this.#tell(() => shared.apply(operations), { kind: 'changed', keys: operations.map(versioned) });
  }

  async #tell(make: () => Promise<void>, news: BusMessage): Promise<void> {
    const { shared, whenDown, failed } = this.#parts;
    const isLeftAlone = shared.isDown;
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    await make().catch(note);
    if (isLeftAlone || errors.length > 0) await this.#tellUnwritten(news).catch(note);
    if (errors.length === 0) return;
    if (whenDown === 'refuse') throw errors[0];
    failed('tell the shared tier of a change', errors[0]);
  }

  /** What the tier has is older than a change that it has not taken. (The same goes for keys that begin with the one that was changed.) */
  async #tellUnwritten(news: BusMessage): Promise<void> {
    const { link, takeUp } = this.#parts;
    if (news.kind !== 'changed') return link.publishSoon([news]);
    const older = news.keys.map(
      ([name, version]) => ({ scope: 'prefix', name, version: version - 1 }) as const,
    );
    takeUp(older);
    await link.publishSoon([news, { kind: 'invalidated', invalidations: older }]);
  }
}

function versioned(operation: Operation): [key: string, version: number] {
  if (operation.type === 'delete') return [operation.key, operation.version];
  return [operation.row.key, operation.row.version];
}
