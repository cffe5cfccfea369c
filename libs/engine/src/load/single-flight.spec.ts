import { settle } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { Fences } from './fence.js';
import { SingleFlight } from './single-flight.js';

function open() {
  const fences = new Fences();
  const flights = new SingleFlight<string>(fences);
  let runs = 0;
  const fly = (key: string, result: Promise<string>, isCurrent = true): Promise<string> =>
    flights.join(key, () => ({
      run: () => {
        runs++;
        return result;
      },
      isCurrent: () => isCurrent,
    })).result;
  return { fences, flights, fly, runs: () => runs };
}

describe('single flight', () => {
  it('runs one task per key at a time', async () => {
    const { fly, runs } = open();
    const gate = held<string>();
    const all = [fly('owl', gate.promise), fly('owl', gate.promise), fly('wren', Promise.resolve('w'))];
    gate.resolve('o');
    expect(await Promise.all(all)).toEqual(['o', 'o', 'w']);
    expect(runs()).toBe(2);
  });

  it('starts another task once the key has changed, and the first one does not end it', async () => {
    const { fences, flights, fly, runs } = open();
    const [old, fresh] = [held<string>(), held<string>()];
    const first = fly('owl', old.promise);
    fences.raise('owl');
    const second = fly('owl', fresh.promise);
    old.resolve('old');
    expect(await first).toBe('old');
    expect(flights.size).toBe(1);
    const third = fly('owl', fresh.promise);
    fresh.resolve('fresh');
    expect(await Promise.all([second, third])).toEqual(['fresh', 'fresh']);
    expect(runs()).toBe(2);
  });

  it('does not let anybody join a task whose answer is no longer current', async () => {
    const { fly, runs } = open();
    const gate = held<string>();
    const first = fly('owl', gate.promise, false);
    const second = fly('owl', Promise.resolve('fresh'));
    gate.resolve('old');
    expect([await first, await second, runs()]).toEqual(['old', 'fresh', 2]);
  });

  it('remembers nothing when all tasks have ended, failed ones too', async () => {
    const { fences, flights, fly } = open();
    await fly('owl', Promise.resolve('o'));
    await expect(fly('wren', Promise.reject(new Error('no')))).rejects.toThrow('no');
    await settle();
    expect([flights.size, fences.size]).toEqual([0, 0]);
  });
});
