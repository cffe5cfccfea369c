import type { BusFactory, BusListener, BusMessage, SharedTier, SharedTierFactory } from 'nuthatch/engine';
import type { Plant } from './protocol.js';

/** One in so many messages is lost. */
const LOST_OF = 10;

/** The tier, broken on purpose; as it is where nothing is planted. */
export function planted(factory: SharedTierFactory, plant: Plant | undefined): SharedTierFactory {
  if (plant === undefined) return factory;
  const { bus } = factory;
  return {
    ...factory,
    create: (context) => {
      const tier = factory.create(context);
      return plant === 'fence' ? unfenced(tier) : tier;
    },
    bus: bus && deaf(bus, plant),
  };
}

/** Puts what was loaded, whatever has become of the key meanwhile, as if it had been written just now. */
function unfenced(tier: SharedTier): SharedTier {
  const fill: SharedTier['fill'] = async (row, claim) => {
    const { version } = await tier.get(row.key);
    await tier.put([{ ...row, version: Math.max(version + 1, row.version) }]);
    if (claim.token !== undefined) await tier.release(row.key, claim.token);
    return 'filled';
  };
  return new Proxy(tier, {
    get(target, name) {
      if (name === 'fill') return fill;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Does not hear everything. */
function deaf(bus: BusFactory, plant: Plant): BusFactory {
  let changes = 0;
  const isHeard = ({ kind }: BusMessage): boolean => {
    if (plant === 'tag') return kind !== 'invalidated';
    return plant !== 'drop' || kind !== 'changed' || ++changes % LOST_OF !== 0;
  };
  return {
    ...bus,
    create: (context) => bus.create({ ...context, listener: hearing(context.listener, isHeard) }),
  };
}

function hearing(listener: BusListener, isHeard: (message: BusMessage) => boolean): BusListener {
  return {
    received: (messages) => listener.received(messages.filter(isHeard)),
    proven: (at) => listener.proven(at),
    missed: (reason) => listener.missed(reason),
    failed: (operation, error) => listener.failed(operation, error),
  };
}
