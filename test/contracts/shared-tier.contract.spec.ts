import { FakeClock, LocalTier, sharedTierContract } from 'nuthatch/testing';

const clock = new FakeClock();

sharedTierContract({ name: 'a local tier', open: async () => new LocalTier(clock), clock });

sharedTierContract({ name: 'a local tier in real time', open: async () => new LocalTier() });
