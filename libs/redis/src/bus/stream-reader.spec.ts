import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nuthatch/testing';
import { Members } from './members.js';
import { encode } from './message-codec.js';
import type { Position, RawEntry, ReadConnection } from './read-connection.js';
import { Seal } from './seal.js';
import { StreamReader } from './stream-reader.js';

const seal = new Seal('s', undefined);

/** Somebody who listens to what a connection answers that the test makes up. */
function open() {
  const clock = new FakeClock();
  const told = { keys: 0, proofs: [] as number[], misses: [] as string[] };
  const listener = {
    received: (messages: readonly unknown[]) => void (told.keys += messages.length),
    proven: (at: number) => void told.proofs.push(at),
    missed: (reason: string) => void told.misses.push(reason),
    failed: () => undefined,
  };
  const members = new Members();
  members.add({ id: 1, context: { namespace: 'owls', clock, listener } });
  const reader = new StreamReader({ origin: 'me', seal, maxEntryBytes: 1000 }, members);
  return { reader, clock, told };
}

const at = (counter: number, run = 'run'): Position => ({ epoch: 'e', counter, run, lastId: '0-0' });

function entry(number: number): RawEntry {
  const payload = encode(
    { origin: 'ann', seq: number },
    '[["owls",1,[{"kind":"released","keys":["a"]}]]]',
    seal,
  );
  return {
    id: `${number}-0`,
    fields: ['n', String(number), 'p', payload].map((field) => Buffer.from(field)),
  };
}

const from = (first: number, last: number): RawEntry[] =>
  Array.from({ length: last - first + 1 }, (_, index) => entry(first + index));

/** Answers once: where the stream is, or what is in it. */
function connection(answer: {
  position?: () => Position;
  entries?: RawEntry[];
  after?: Position;
}): ReadConnection {
  const fake = {
    position: async () => (answer.position ?? (() => at(0)))(),
    read: async () => ({ entries: answer.entries ?? [], position: answer.after ?? at(0) }),
  };
  // The reader asks for nothing else.
  return fake as unknown as ReadConnection;
}

describe('who reads the stream', () => {
  it('proves nothing by an answer that was full, but what was there when it asked, once it has read that', async () => {
    const { reader, clock, told } = open();
    await reader.begin(connection({ position: () => at(0) }));
    clock.advance('1s');
    await reader.next(connection({ entries: from(1, 200), after: at(300) }));
    expect(told.proofs).toEqual([]);
    clock.advance('1s');
    await reader.next(connection({ entries: from(201, 400), after: at(900) }));
    expect([told.keys, told.proofs]).toEqual([400, [1000]]);
    clock.advance('1s');
    await reader.next(connection({ entries: from(401, 500), after: at(900) }));
    expect(told.misses).toEqual(['gap: entries of the bus are missing']);
  });

  it('says what it has missed once it knows where to read on, be it over the next connection', async () => {
    const { reader, told } = open();
    await reader.begin(connection({ position: () => at(0) }));
    const broken = connection({
      after: at(0, 'another'),
      position: () => {
        throw new Error('gone');
      },
    });
    await expect(reader.next(broken)).rejects.toThrow('gone');
    expect([told.misses, told.proofs]).toEqual([[], []]);
    await reader.begin(connection({ position: () => at(0, 'another') }));
    expect(told.misses).toEqual(['Redis was restarted, or a replica has taken over']);
  });

  it('trusts no new connection where Redis does not tell its run', async () => {
    const { reader, told } = open();
    for (let round = 0; round < 3; round += 1) {
      await reader.begin(connection({ position: () => at(0, '') }));
      await reader.next(connection({ after: at(0, '') }));
    }
    expect([told.misses.length, told.proofs.length]).toEqual([2, 3]);
  });
});
