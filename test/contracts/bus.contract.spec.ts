import { busContract, FakeClock, FaultyBus, LocalBus } from 'nuthatch/testing';

const clock = new FakeClock();

busContract({ name: 'a local bus', open: async () => new LocalBus(clock), clock });

busContract({ name: 'a local bus in real time', open: async () => new LocalBus() });

busContract({
  name: 'a faulty bus without faults',
  open: async () => new FaultyBus(new LocalBus(clock)),
  clock,
});
