import type { SharedTier, TierContext } from 'nuthatch/engine';
import type { LocalTier } from 'nuthatch/testing';

/** The way to a tier, which one process alone loses. */
export class Wire {
  readonly name = 'wire';
  isCut = false;
  readonly #tier: LocalTier;

  constructor(tier: LocalTier) {
    this.#tier = tier;
  }

  create(context: TierContext): SharedTier {
    return new Proxy(this.#tier.create(context), {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== 'function') return found;
        return (...args: unknown[]): unknown =>
          this.isCut && name !== 'close'
            ? Promise.reject(new Error('cut'))
            : Reflect.apply(found, target, args);
      },
    });
  }
}
