import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nuthatch/testing';
import { Sequence } from '../kernel/sequence.js';
import { Invalidations } from './invalidations.js';
import { type Done, type InvalidatedStore, Invalidator } from './invalidator.js';

function open(store: Partial<InvalidatedStore> = {}) {
  const validity = new Invalidations();
  const raised: string[] = [];
  const told: unknown[] = [];
  const invalidator = new Invalidator({
    validity,
    sequence: new Sequence(new FakeClock()),
    fencing: {
      enter: () => ({ holds: () => true, release: () => undefined }),
      raise: (key) => raised.push(key),
      raiseAll: () => undefined,
    },
    residents: { readKept: () => undefined, drop: () => true },
    store: { invalidate: async () => undefined, delete: async () => undefined, ...store },
    observer: {
      invalidated: (done: Done) => told.push(done),
      invalidationFailed: (error) => told.push(error),
    },
    pass: () => [],
  });
  const isHidden = (key: string): boolean => !validity.isCurrent(key, { tags: [], version: 1 });
  return { invalidator, raised, told, isHidden };
}

describe('Invalidator', () => {
  it('remembers a key until its row is deleted, and no longer', async () => {
    let isHiddenMeanwhile = false;
    const { invalidator, isHidden, raised } = open({
      delete: async () => void (isHiddenMeanwhile = isHidden('owl')),
    });
    await invalidator.invalidate({ keys: ['owl'] });
    expect([isHiddenMeanwhile, isHidden('owl'), raised]).toEqual([true, false, ['owl', 'owl']]);
  });

  it('remembers a key for good where its row could not be deleted', async () => {
    const { invalidator, isHidden } = open({ delete: () => Promise.reject(new Error('down')) });
    await expect(invalidator.invalidate({ keys: ['owl'] })).rejects.toThrow('down');
    expect(isHidden('owl')).toBe(true);
  });

  it('makes no other entry gone by 100,000 keys at once', async () => {
    const { invalidator, isHidden } = open({ delete: () => Promise.reject(new Error('down')) });
    const keys = Array.from({ length: 100_000 }, (_, at) => `bird:${at}`);
    await expect(invalidator.invalidate({ keys })).rejects.toThrow('down');
    expect([isHidden('bird:0'), isHidden('owl')]).toEqual([true, false]);
  });

  it('asks the store once for all marks of a call, under one version, in the order of what they are about', async () => {
    const calls: unknown[] = [];
    const { invalidator } = open({ invalidate: async (marks) => void calls.push(marks) });
    await invalidator.invalidate({ tags: ['night'], matching: ['a*b', 'a*', 'a'], namespaces: ['user'] });
    const version = expect.any(Number);
    expect(calls).toEqual([
      [
        { scope: 'tag', name: 'night', version },
        { scope: 'prefix', name: 'user:', version },
        { scope: 'pattern', name: 'a*b', version },
        { scope: 'prefix', name: 'a', version },
      ],
    ]);
    await invalidator.invalidate({ keys: ['owl'] });
    expect(calls).toHaveLength(1);
  });

  it('tells all keys that are gone, those that depend on others included', async () => {
    const { invalidator, told } = open();
    invalidator.dependencies.add('product:42', 'home');
    await invalidator.invalidate({ matching: ['product:*'] }, 'sold');
    invalidator.changed('product:42');
    invalidator.changed('home');
    expect(told).toEqual([
      { matching: ['product:*'], keys: ['home'], dependents: ['home'], event: 'sold' },
      { keys: ['home'], dependents: ['home'], changed: 'product:42' },
    ]);
  });
});
