import type { BusFactory, BusListener, SharedTierFactory } from 'nuthatch/engine';

/**
 * The same tier, whose bus is heard some milliseconds late, in order and with all that it vouches for: so that what was loaded is often put into
 * the tier before it is known that it was overtaken.
 */
export function heardLate(factory: SharedTierFactory, delayMs: number): SharedTierFactory {
  const { bus } = factory;
  return { ...factory, bus: bus && lateBus(bus, delayMs) };
}

function lateBus(bus: BusFactory, delayMs: number): BusFactory {
  return {
    ...bus,
    create: (context) => bus.create({ ...context, listener: lateListener(context.listener, delayMs) }),
  };
}

function lateListener(listener: BusListener, delayMs: number): BusListener {
  // Timers of one duration fire in the order in which they were set.
  const later = (tell: () => void): unknown => setTimeout(tell, delayMs);
  return {
    received: (messages) => void later(() => listener.received(messages)),
    proven: (at) => void later(() => listener.proven(at)),
    missed: (reason) => void later(() => listener.missed(reason)),
    failed: (operation, error) => listener.failed(operation, error),
  };
}
